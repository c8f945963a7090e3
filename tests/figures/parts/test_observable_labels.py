from thermophoresis.config.vocabulary import OBSERVABLES
from thermophoresis.figures.parts.observable_labels import OBSERVABLE_LABELS


def test_every_observable_has_a_label():
    assert OBSERVABLE_LABELS.keys() == OBSERVABLES.keys()
    for name, label in OBSERVABLE_LABELS.items():
        units = OBSERVABLES[name].units
        assert units == "1" or f"({units})" in label
