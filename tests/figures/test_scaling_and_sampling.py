"""Figures of scaling, sampling and local entropy: what their panels show, and legible texts."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from drawn import assert_texts_have_room, curve_lines, texts
from swept_runs import gathered

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.figures.local_entropy import LocalEntropyFigure
from thermophoresis.config.figures.scaling_and_sampling import ScalingAndSamplingFigure
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.smoothed_wells import SmoothedWells
from thermophoresis.config.measurements.stationary_regression import StationaryRegression
from thermophoresis.errors import UserError
from thermophoresis.figures import local_entropy, scaling_and_sampling
from thermophoresis.figures.parts import style
from thermophoresis.measurements import smoothed_wells, stationary_regression

SAMPLINGS = ("with_replacement", "fresh_subset", "without_replacement")
CELLS = [(0.2, batch, {"sampling": it}) for batch in (3, 15) for it in SAMPLINGS]
CELLS.append((0.04, 3, {"sampling": SAMPLINGS[0]}))
WIDTHS = [(0.2, 6, {"hidden": it}) for it in ("narrow", "wide")]
DECAY = {"dynamics": {"kind": "sgd", "weight_decay": 0.05}, "training_set_size": 60}


def with_settings(measurement, dataset):
    settings = MeasureSettings(measurement=measurement, runs=())
    return dataset.assign_attrs(configuration=canonical_json(settings))


def falling(step, rate, batch, **axes):
    return 0.3 + rate / batch + np.exp(-6 * step / step[-1])


def recorded(cells, axis):
    """What is gathered of cells, with the losses that both figures want."""
    found, _ = gathered(
        cells,
        falling,
        paths={axis: axis},
        varied=(axis,),
        settings=lambda **axes: DECAY,
        seeds=(0,),
    )
    configuration = json.loads(found.attrs["configuration"]) | DECAY
    found = found.assign(train_loss=found["loss"] - 0.1, local_entropy=0.2 - 0.1 * found["loss"])
    return found.assign_attrs(configuration=json.dumps(configuration))


@pytest.fixture(scope="module")
def grid():
    return recorded(CELLS, "sampling")


@pytest.fixture(scope="module")
def diversity():
    found = recorded(WIDTHS, "hidden")
    rate = np.repeat([0.2, 0.1, 0.05, 0.01], [6, 5, 5, 5])
    # Less at the smaller rates, and of noise that is the same in all records.
    level = found["train_loss"].isel(record=0) * 0 + 0.3
    scheduled = found["step"] * 0 + rate
    loss = level + scheduled
    return found.assign(train_loss=loss, train_gradient_variance=0.01 + 0 * loss).assign_coords(
        scheduled_learning_rate=scheduled
    )


@pytest.fixture(scope="module")
def regression():
    measurement = StationaryRegression(
        kind="stationary_regression", learning_rates=(0.1, 0.2), replicas=4, training_time=20.0
    )
    return with_settings(measurement, stationary_regression.measure(measurement, (), (), ()))


@pytest.fixture(scope="module")
def wells():
    measurement = SmoothedWells(kind="smoothed_wells", gammas=(0.2, 1.0), nodes=101)
    return with_settings(measurement, smoothed_wells.measure(measurement, (), (), ()))


def scaling(datasets, **others):
    figure = ScalingAndSamplingFigure(
        kind="scaling_and_sampling", grid="one", diversity="two", regression="three", **others
    )
    settings = SimpleNamespace(figure=figure, note="")
    return scaling_and_sampling.compose(settings, datasets)


def entropy(datasets, **others):
    figure = LocalEntropyFigure(kind="local_entropy", wells="one", experiment="two", **others)
    return local_entropy.compose(SimpleNamespace(figure=figure, note="A note. " * 20), datasets)


def test_they_are_drawn_from_experiments_and_computations():
    figure = ScalingAndSamplingFigure(
        kind="scaling_and_sampling", grid="one", diversity="two", regression="three"
    )
    assert figure.inputs == ("curves/one.nc", "curves/two.nc", "computations/three.nc")
    assert figure.computed_by == {("regression",): "stationary_regression"}
    figure = LocalEntropyFigure(kind="local_entropy", wells="one", experiment="two")
    assert figure.inputs == ("curves/two.nc", "computations/one.nc")


def test_texts_have_room_and_are_legible(grid, diversity, regression, wells):
    with style.context():
        for figure in (
            scaling([grid, diversity, regression], title="A title"),
            entropy([grid, wells], title="A title"),
        ):
            assert_texts_have_room(figure)
            assert figure.get_figwidth() == 7.0
            assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}


def test_panels_show_what_was_found(grid, diversity, regression):
    with style.context():
        panels = scaling([grid, diversity, regression]).axes
    # A line of theory and points for each of four samplers, and one for the temperature itself.
    assert len(curve_lines(panels[0])) == 9
    points = [line.get_xydata()[0] for line in curve_lines(panels[2]) if len(line.get_xdata()) == 1]
    # Three cells with replacement, two losses, 0.1 apart.
    assert len(points) == 6
    assert {round(x, 4) for x, _ in points} == {0.0667, 0.0133}
    np.testing.assert_allclose(points[3][1] - points[0][1], 0.1, atol=1e-9)
    # |B|/N of 60 samples, a little aside.
    x = curve_lines(panels[3])[-1].get_xdata()
    np.testing.assert_allclose(x, np.array([3, 15]) / 60 * 1.03)
    # An excess that is η less the smallest one.
    np.testing.assert_allclose(curve_lines(panels[4])[0].get_ydata(), [0.19, 0.09, 0.04])


def test_rates_that_stay_are_refused(grid, diversity, regression):
    with style.context(), pytest.raises(UserError, match="falls in steps"):
        scaling([grid, diversity.drop_vars("scheduled_learning_rate"), regression])


def test_networks_are_shown_at_equal_loss(grid, wells):
    with style.context():
        panels = entropy([grid, wells]).axes
    assert len(curve_lines(panels[0])) == 3
    (shown, *_) = curve_lines(panels[3])
    # Training loss is 0.1 below the other, by construction.
    np.testing.assert_allclose(shown.get_ydata(), 0.1, atol=1e-6)
