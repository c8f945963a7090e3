"""The figure of the double well: what its panels show, and whether they can be read."""

from types import SimpleNamespace

import numpy as np
import pytest
from drawn import assert_texts_have_room, texts, written

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.figures.double_well import DoubleWellFigure
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.double_well import DoubleWell
from thermophoresis.config.measurements.double_well_particles import DoubleWellParticles
from thermophoresis.errors import UserError
from thermophoresis.figures import double_well as figure
from thermophoresis.figures.parts import style
from thermophoresis.measurements import double_well, double_well_particles
from thermophoresis.theory import double_well as theory


def with_settings(measurement, module):
    settings = MeasureSettings(measurement=measurement, runs=())
    found = module.measure(measurement, (), (), ())
    return found.assign_attrs(configuration=canonical_json(settings))


@pytest.fixture(scope="module")
def datasets():
    well = DoubleWell(kind="double_well", strengths=(0.0, 0.5, 1.5), cells=40)
    particles = DoubleWellParticles(
        kind="double_well_particles", burn_in=0.5, time=0.5, replicas=4, particles=50
    )
    return [
        with_settings(well, double_well),
        with_settings(particles, double_well_particles),
    ]


def composed(datasets, **others):
    settings = DoubleWellFigure(kind="double_well", well="one", particles="two", **others)
    return figure.compose(SimpleNamespace(figure=settings, note=""), datasets)


def test_texts_have_room_and_are_legible(datasets):
    with style.context():
        drawn = composed(datasets, title="A title")
        assert_texts_have_room(drawn)
        assert drawn.get_figwidth() == 7.0
        assert {text.get_fontsize() for text, _ in texts(drawn)} <= {8.0}
        assert "200 particles each" in written(drawn)


def test_panels(datasets):
    with style.context():
        drawn = composed(datasets)
    maps, (zeros, near, turns) = drawn.axes[:6], drawn.axes[6:]
    # Of zeros there are three until they have met.
    assert [len(axes.lines) for axes in maps] == [3, 3, 1] * 2
    place = maps[1].lines[1].get_xydata()[0]
    np.testing.assert_allclose(theory.drift(place, 0.5), 0, atol=1e-12)
    assert maps[1].lines[0].get_marker() == "X"
    assert maps[2].lines[0].get_markerfacecolor() == "white"
    assert "16$" not in maps[0].get_title("left")
    assert "= 16" in maps[3].get_title("left")
    curve = zeros.lines[0].get_xydata()
    assert curve[-1] == pytest.approx([np.exp(-0.25), 0])
    well, particles = datasets
    for axes, name in ((near, "near"), (turns, "turns")):
        for index, container in enumerate(axes.containers):
            points, _, _ = container
            np.testing.assert_allclose(points.get_ydata(), particles[name][:, index])
        lines = [line for line in axes.lines if line.get_linestyle() == "-"]
        np.testing.assert_allclose(lines[2].get_ydata(), well[name][:, 2])
    closed = next(line for line in turns.lines if line.get_linestyle() == "-")
    np.testing.assert_allclose(closed.get_ydata(), well["turns_closed"])


def test_other_files_are_refused(datasets):
    with style.context():
        with pytest.raises(UserError, match="of the kind double_well_particles"):
            composed([datasets[0], datasets[0]])
        with pytest.raises(UserError, match=r"has no strength 0\.7"):
            composed(datasets, strengths=(0.0, 0.7, 1.5))
