"""The figure of the convention: what its panels show, and whether they can be read."""

from types import SimpleNamespace

import numpy as np
import pytest
from drawn import assert_texts_have_room, texts, written

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.figures.convention import ConventionFigure
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.current_of_wells import CurrentOfWells
from thermophoresis.config.measurements.escape_times import EscapeTimes
from thermophoresis.config.measurements.noise_convention import NoiseConvention
from thermophoresis.errors import UserError
from thermophoresis.figures import convention as figure
from thermophoresis.figures.parts import style
from thermophoresis.measurements import current_of_wells, escape_times, noise_convention


def with_settings(measurement, module):
    settings = MeasureSettings(measurement=measurement, runs=())
    found = module.measure(measurement, (), (), ())
    return found.assign_attrs(configuration=canonical_json(settings))


@pytest.fixture(scope="module")
def datasets():
    noise = NoiseConvention(kind="noise_convention", learning_rates=(0.1, 0.08, 0.05), systems=2)
    escapes = EscapeTimes(kind="escape_times", steps=(0.4, 0.2), wells=2, exits=20, replicas=4)
    return [
        with_settings(noise, noise_convention),
        with_settings(CurrentOfWells(kind="current_of_wells", cells=40), current_of_wells),
        with_settings(escapes, escape_times),
    ]


def composed(datasets, **others):
    settings = ConventionFigure(
        kind="convention", noise="one", currents="two", escapes="three", **others
    )
    return figure.compose(SimpleNamespace(figure=settings, note=""), datasets)


def test_texts_have_room_and_are_legible(datasets):
    with style.context():
        drawn = composed(datasets, title="A title")
        assert_texts_have_room(drawn)
        assert drawn.get_figwidth() == 7.0
        assert {text.get_fontsize() for text, _ in texts(drawn)} <= {8.0}
        assert "each of 2 wells" in written(drawn)


def test_panels(datasets):
    with style.context():
        exponents, density, temperatures, ratio, current, times = composed(datasets).axes
    noise, currents, escapes = datasets
    line = exponents.lines[0].get_xydata()
    assert line[0] == pytest.approx([0, float(noise["exponent"][0])])
    np.testing.assert_allclose(line[1:, 1], noise["exponent_by_rate"][0][::-1])
    assert len(exponents.containers) == 4
    np.testing.assert_allclose(density.lines[0].get_ydata(), 1)
    np.testing.assert_allclose(
        density.lines[2].get_ydata(), noise["expected"][2] / noise["expected"][0]
    )
    marked = temperatures.lines[1].get_ydata()
    np.testing.assert_allclose(marked, noise["temperature_ratio"])
    np.testing.assert_allclose(ratio.lines[0].get_ydata(), noise["printed_log_ratio"][0])
    np.testing.assert_allclose(ratio.lines[2].get_ydata(), float(noise["log_odds"]))
    # Lines of the current stay where there is density.
    some = currents["density"] >= figure.LEAST * currents["density"].max()
    ends = np.concatenate([it for it in current.collections[-1].get_segments()])
    reach = np.abs(currents["y"].where(some.any("x"))).max()
    assert np.abs(ends[:, 1]).max() < float(reach) + 0.2
    points, _, _ = times.containers[0]
    np.testing.assert_allclose(points.get_ydata(), escapes["counted_over_kramers"])
    np.testing.assert_allclose(times.lines[2].get_ydata(), escapes["time_over_kramers"][0])


def test_other_files_are_refused(datasets):
    with style.context(), pytest.raises(UserError, match="of the kind current_of_wells"):
        composed([datasets[0], datasets[0], datasets[2]])
