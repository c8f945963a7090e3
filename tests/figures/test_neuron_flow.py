"""The plane of output weight and bias: arrows against planted rates and closed forms."""

import json

import matplotlib.text
import numpy as np
import pytest
import xarray as xr
from matplotlib.quiver import Quiver
from runs import settings as run_settings

from thermophoresis.config.configuration import parse
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.problems import ConfigError
from thermophoresis.errors import UserError
from thermophoresis.figures import neuron_flow
from thermophoresis.figures.parts import style
from thermophoresis.theory import slow_flow

AXES = ("learning_rate", "batch_size", "seed", "replica", "record", "unit")
LEVEL = np.sqrt(0.1 / 4)  # of η = 0.1, |B| = 2


def measured(replicas=300, norm=0.5):
    """Units all over the plane that go towards V = 0, and down in proportion to V²."""
    rng = np.random.default_rng(1)
    shape = (1, 1, 1, replicas, 3, 4)
    v, b = rng.uniform(-2, 2, shape) * LEVEL, rng.uniform(-1, 1, shape) * norm
    values = {
        "output_weight": v,
        "bias": b,
        "weight_norm": np.full(shape, norm),
        "drift_V": -3 * v,
        "drift_b": -0.5 * norm * (v / LEVEL) ** 2,
    }
    values["drift_b"][..., 0, 2, 1] = np.nan
    return xr.Dataset(
        {name: (AXES, it) for name, it in values.items()}
        | {"trained": (AXES[:2], np.ones((1, 1), np.int8))},
        {
            "learning_rate": [0.1],
            "batch_size": [2],
            "seed": [0],
            "replica": np.arange(replicas),
            "record": [0, 1, 2],
            "unit": [1, 2, 3, 4],
        },
        {"configuration": json.dumps(run_settings().model_dump(mode="json"))},
    )


def settings(**changes):
    given = {"kind": "neuron_flow", "experiment": "toy", "learning_rate": 0.1, "batch_size": 2}
    return FigureSettings(name="f", figure=given | changes, note="A note")


def compose(dataset=None, **changes):
    dataset = measured() if dataset is None else dataset
    with style.context():
        return neuron_flow.compose(settings(**changes), [dataset, dataset])


def plane(dataset=None):
    dataset = measured() if dataset is None else dataset
    cell = dataset.isel(learning_rate=0, batch_size=0, seed=0).rename(replica="network")
    return neuron_flow.plane_of(cell, LEVEL)


def test_measured_arrows_are_means_over_bins():
    of_plane = plane()
    v, b, of_v, of_b = neuron_flow.measured_field(of_plane)
    assert v.shape == (neuron_flow.ROWS, neuron_flow.COLUMNS)
    width = of_plane.edges[0][1] - of_plane.edges[0][0]
    np.testing.assert_allclose(of_v, -3 * v, atol=0.5 * width)
    np.testing.assert_allclose(of_b, -0.5 * (v**2 + width**2 / 12), atol=0.12)
    assert (b[1:] > b[:-1]).all()
    few = plane(measured(replicas=20))
    assert np.isnan(neuron_flow.measured_field(few)[2]).any()


def test_fields_are_those_of_the_theory():
    v, b, of_v, of_b = neuron_flow.slow_field(plane())
    assert not of_v.any()
    # In units of n: what n is plays no role.
    np.testing.assert_allclose(of_b, slow_flow.bias_rate(np.full_like(b, 0.5), b) / 0.5)
    v, b, of_v, of_b = neuron_flow.printed_field(plane())
    assert (of_b < 0).all()
    assert (of_v * v <= 0).all()
    # At V → 0 and b = 0, (1/8) √(E h² Φ) = n/16.
    middle = of_b[neuron_flow.ROWS // 2, neuron_flow.COLUMNS // 2]
    assert middle == pytest.approx(-1 / 16, rel=0.02)


def test_arrows_end_within_their_bins():
    figure = compose()
    for axes in figure.axes[:3]:
        for arrows in axes.findobj(Quiver):
            edges = plane().edges
            sizes = [it[1] - it[0] for it in edges]
            lengths = np.hypot(arrows.U / sizes[0], arrows.V / sizes[1])
            assert np.nanmax(lengths) < 1.5
    title = figure.axes[2].get_title("left")
    (arrows,) = figure.axes[2].findobj(Quiver)
    field = neuron_flow.measured_field(plane())
    length = float(title.partition("= ")[2].rstrip("$"))
    np.testing.assert_allclose(arrows.U, (field[2] * length).ravel())
    assert len(figure.axes[1].findobj(Quiver)) == 2


def test_paths_stay_within_the_axes():
    figure = compose(trajectories=3)
    paths = [line for line in figure.axes[3].lines if len(line.get_xdata()) == 3]
    assert len(paths) == 3
    starts = [line.get_ydata()[0] for line in paths]
    assert starts == sorted(starts)
    low, high = figure.axes[3].get_ylim()
    assert all(low <= y <= high for line in paths for y in line.get_ydata())
    words = " ".join(it.get_text() for it in figure.findobj(matplotlib.text.Text))
    assert "A note" in words
    assert "300 networks × 4 units × 3 snapshots" in " ".join(words.split())
    assert "η = 0.1, |B| = 2" in words


def test_a_cell_that_is_not_there_is_refused():
    with pytest.raises(UserError, match="0 cells with learning rate"):
        compose(learning_rate=0.2)


EXPERIMENT = {
    "network": {"inputs": 3, "hidden": 4},
    "data": {"kind": "gaussian"},
    "sweep": {"learning_rate": [0.1], "batch_size": [1, 2], "init": {
        "usual": "torch_default", "zero": {"kind": "torch_default", "scale": {"V": 0.0}}}},
    "seeds": [0],
    "records": 6,
    "measure": {"neuron_drift": {}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells": {"init": "zero"}}, ""),
        ({"cells": {}}, "figures.plane.learning_rate: got 0.1 with batch_size 2, of which there"),
        ({"learning_rate": 0.3}, "of which there are 0 cells; must be one of experiment toy"),
        ({"cells": {"init": "one"}}, "figures.plane.cells.init: got 'one'"),
        ({"experiment": "other"}, "figures.plane.experiment: got 'other'"),
    ],
)
def test_a_figure_shows_one_cell(changes, words):
    figure = {
        "kind": "neuron_flow",
        "experiment": "toy",
        "learning_rate": 0.1,
        "batch_size": 2,
        "cells": {"init": "zero"},
        **changes,
    }
    given = {"experiments": {"toy": EXPERIMENT}, "figures": {"plane": figure}}
    if not words:
        parse(given, "file")
        return
    with pytest.raises(ConfigError) as caught:
        parse(given, "file")
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
