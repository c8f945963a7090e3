from thermophoresis.config import kinds
from thermophoresis.config.observable import every, observable
from thermophoresis.figures.parts.observable_labels import LABELS, label_of


def test_every_observable_has_a_label(monkeypatch):
    assert LABELS.keys() == {*kinds.names("observables")}
    for name in every():
        units = observable(name).units
        assert units == "1" or f"({units})" in label_of(name)
    assert label_of("activation_rate_layer", {"layer": 3}).endswith(" of layer 3")
    monkeypatch.delitem(LABELS, "loss")
    assert label_of("loss") == "cross entropy on held-out samples (nat)"
    monkeypatch.delitem(LABELS, "activation_rate_layer")
    named = label_of("activation_rate_layer", {"layer": 3})
    assert named == "activation rate of the units of layer 3"
