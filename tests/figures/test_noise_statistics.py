"""The figure of the noise's statistics: what its panels show, and legible texts."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from drawn import assert_texts_have_room, curve_lines, texts
from runs import settings as run_settings

from thermophoresis.config.figures.noise_statistics import NoiseStatisticsFigure
from thermophoresis.errors import UserError
from thermophoresis.figures import noise_statistics as module
from thermophoresis.figures.parts import style
from thermophoresis.theory.langevin_limit import reshuffled_correlation

AXES = ("learning_rate", "batch_size", "weight_decay", "seed", "replica")
NETWORKS, SIZES, LAGS = 9, np.array([1.0, 4.0, 16.0]), np.arange(1, 5)
SAMPLERS = ("with_replacement", "fresh_subset", "without_replacement")


def measured(cells=2):
    """Both measurements: a kurtosis 8/|B|, reshuffled correlations, a premise that grows."""
    rng = np.random.default_rng(3)
    shape = (1, 1, cells, 1, NETWORKS)

    def near(values):
        """Values, with a little noise of networks, at both records."""
        values = np.broadcast_to(values, (*shape, *np.shape(values)))
        return values * (1 + 0.01 * rng.normal(size=values.shape))

    correlations = np.zeros((2, 3, len(LAGS)))
    correlations[:, 2] = [reshuffled_correlation(int(it), 3) for it in LAGS]
    kurtosis = np.stack([8 / SIZES, 8 / SIZES])
    minimum = near(30.0)
    minimum[:, :, 0] = np.nan
    order = rng.normal(size=shape)[..., None] * np.ones(2)
    variables = {
        "kurtosis_top": ((*AXES, "record", "size"), near(kurtosis)),
        "kurtosis_random": ((*AXES, "record", "size"), near(kurtosis / 2)),
        "correlation": ((*AXES, "record", "sampler", "lag"), near(correlations)),
        "deviation": ((*AXES, "record", "sampler", "lag"), near(0.3 + 0 * correlations)),
        "batches_per_epoch": (AXES, np.full(shape, 3.0)),
        "premise_ratio": ((*AXES, "record"), near([1e-3, 2e-3])),
        "premise_printed_ratio": ((*AXES, "record"), near([0.1, 0.2])),
        "premise_at_minimum": (AXES, minimum),
        "trained": (AXES[:3], np.ones(shape[:3], np.int8)),
    }
    for power, sign in ((8, 1), (6, 1), (4, 1), (2, -1)):
        variables[f"log_weight_{power}"] = ((*AXES, "record"), order)
        variables[f"log_width_{power}"] = ((*AXES, "record"), sign * order)
    configuration = run_settings(dynamics={"kind": "sgd", "weight_decay": 0.1})
    return xr.Dataset(
        variables,
        {
            "learning_rate": [0.1],
            "batch_size": [2],
            "weight_decay": (
                "weight_decay",
                np.arange(cells) * 0.1,
                {"setting": "dynamics.weight_decay"},
            ),
            "seed": [0],
            "replica": np.arange(NETWORKS),
            "record": [0, 1],
            "step": ("record", [0, 50]),
            "size": SIZES,
            "sampler": list(SAMPLERS),
            "lag": LAGS,
        },
        {"configuration": json.dumps(configuration.model_dump(mode="json"))},
    )


def compose(cells=2, **others):
    figure = NoiseStatisticsFigure(kind="noise_statistics", experiment="toy", **others)
    dataset = measured(cells)
    with style.context():
        return module.compose(SimpleNamespace(figure=figure, note="A note. " * 20), [dataset] * 3)


def test_it_is_drawn_from_both_measurements():
    figure = NoiseStatisticsFigure(kind="noise_statistics", experiment="toy")
    assert figure.inputs == (
        "curves/toy.nc",
        "measurements/noise_statistics/toy.nc",
        "measurements/dense_hessian/toy.nc",
    )


def test_texts_have_room_and_are_legible():
    figure = compose(title="A title")
    assert_texts_have_room(figure)
    assert figure.get_figwidth() == 7.0
    assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}


def test_panels_show_what_was_measured():
    kurtosis, correlation, premise, order = compose().axes
    top, random, *_ = curve_lines(kurtosis)
    np.testing.assert_allclose(top.get_ydata(), 8 / SIZES, rtol=0.02)
    np.testing.assert_allclose(random.get_ydata(), 4 / SIZES, rtol=0.02)
    *_, reshuffled, expected, _ = curve_lines(correlation)  # the last one is 0
    np.testing.assert_allclose(reshuffled.get_ydata(), expected.get_ydata(), atol=0.01)
    np.testing.assert_allclose(expected.get_ydata(), [-1 / 3, -1 / 6, 0, 0], atol=1e-12)
    lines = curve_lines(premise)
    np.testing.assert_allclose(lines[0].get_ydata(), [1e-3, 2e-3], rtol=0.02)
    # The minimum of the cell with weight decay alone.
    points = [it for it in lines if len(it.get_xdata()) == 1]
    assert [float(it.get_ydata()[0]) for it in points] == [pytest.approx(30, rel=0.02)]
    weight, width, *_ = curve_lines(order)
    np.testing.assert_allclose(weight.get_ydata(), 1)
    np.testing.assert_allclose(width.get_ydata(), [1, 1, 1, -1])


def test_no_more_cells_than_colours():
    with pytest.raises(UserError, match="got 6 cells; must be <= 5"):
        compose(cells=6)
