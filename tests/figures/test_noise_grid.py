"""Figures of one grid of η and |B| that was ended in three ways: panels, and legible texts."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from drawn import assert_texts_have_room, curve_lines, texts, written
from swept_runs import gathered

from thermophoresis.config.figures.flatness import FlatnessFigure
from thermophoresis.config.figures.generalisation import GeneralisationFigure
from thermophoresis.errors import UserError
from thermophoresis.figures import flatness, generalisation
from thermophoresis.figures.parts import style

RATES, BATCHES, NETWORKS = np.array([0.1, 0.2]), np.array([8, 32]), 6
AXES = ("learning_rate", "batch_size", "seed", "replica", "record")
NAMES = {"epochs": "one", "loss": "two", "time": "three", "descent": "four"}
# At ηt = 10, 20, 40 of descent: what falls as 1/(ηt)².
TIMES = np.array([10.0, 20.0, 40.0])


def measured(steps, norm, rates=RATES, batches=BATCHES):
    """A file of `hessian_norm`; the norm is (rate, batch, record), of networks a tenth apart."""
    steps = np.asarray(steps, float)
    scatter = 1 + 0.1 * np.linspace(-1, 1, NETWORKS)
    of_each = norm[:, :, None, None, :] * scatter[:, None]
    drive = (rates[:, None] / batches)[..., None, None, None]
    values = {
        "hessian_norm": of_each,
        "train_loss": of_each / 100,
        "train_accuracy": np.where(drive > 0.01, 1.0, 0.9) + 0 * of_each,
        "loss": 0.2 + of_each / 100,
        "accuracy": 0.9 + drive + 0 * of_each,
    }
    return xr.Dataset(
        {name: (AXES, it) for name, it in values.items()}
        | {"trained": (AXES[:2], np.ones((len(rates), len(batches)), np.int8))},
        {
            "learning_rate": rates,
            "batch_size": batches,
            "seed": [0],
            "replica": np.arange(NETWORKS),
            "step": (("learning_rate", "batch_size", "record"), steps),
        },
    )


@pytest.fixture(scope="module")
def datasets():
    cells = [(rate, batch, {}) for rate in RATES for batch in BATCHES.tolist()]
    curves, _ = gathered(
        cells, lambda step, rate, batch: 1.0 + 0 * step, paths={}, varied=(), seeds=(0,)
    )
    time = 3200 * RATES[:, None] / BATCHES  # at equal epochs, of 3,200 samples
    steps = np.broadcast_to(3200 / BATCHES, (2, 2))
    ended = [
        measured(steps[..., None], 1000 / time[..., None] ** 2),
        measured(np.full((2, 2, 1), 100), np.full((2, 2, 1), 2.5)),
        measured((20 / RATES)[:, None, None] + np.zeros((2, 2, 1)), np.full((2, 2, 1), 3.0)),
    ]
    descent = measured((TIMES / 0.2)[None, None], (1000 / TIMES**2)[None, None],
                       np.array([0.2]), np.array([3200]))  # fmt: skip
    layers = xr.Dataset(
        {"hessian_norm_ratio": ("factor", [3.0, 2.0])}, {"factor": ("factor", [0.5, 4.0])}
    )
    return [*[curves] * 4, *ended, descent, layers]


def flat(datasets, **others):
    figure = FlatnessFigure(kind="flatness", **NAMES, rescaled="five", **others)
    return flatness.compose(SimpleNamespace(figure=figure, note="A note. " * 20), datasets)


def learned(datasets, **others):
    figure = GeneralisationFigure(kind="generalisation", **NAMES, **others)
    return generalisation.compose(SimpleNamespace(figure=figure, note=""), datasets[:8])


def test_they_are_drawn_from_experiments_measurements_and_computations():
    figure = FlatnessFigure(kind="flatness", **NAMES, rescaled="five")
    names = [*NAMES.values()]
    assert figure.inputs == (
        *(f"curves/{name}.nc" for name in names),
        *(f"measurements/hessian_norm/{name}.nc" for name in names),
        "computations/five.nc",
    )
    assert figure.computed_by == {("rescaled",): "rescaled_layers"}


def test_texts_have_room_and_are_legible(datasets):
    with style.context():
        for figure in (flat(datasets, title="A title"), learned(datasets, title="A title")):
            assert_texts_have_room(figure)
            assert figure.get_figwidth() == 7.0
            assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}
            assert "ηt = 10 to 80, in proportion to η/|B|" in written(figure).replace("\n", " ")


def test_panels_show_cells_and_descent_beside_them(datasets):
    with style.context():
        panels = flat(datasets).axes
    points = {}
    for index, axes in enumerate(panels):
        lines = curve_lines(axes)
        points[index] = {
            tuple(line.get_xydata()[0].round(6)) for line in lines if len(line.get_xdata()) == 1
        }
        assert axes.get_xscale() == axes.get_yscale() == "log"
    noise = (RATES[:, None] / BATCHES).ravel()
    expected = {(round(it, 6), round(1000 / (3200 * it) ** 2, 6)) for it in noise}
    assert points[0] == expected
    # Descent has the ηt of these cells where it is: both are the same function of it.
    (descent,) = [it for it in curve_lines(panels[0]) if len(it.get_xdata()) == 3]
    np.testing.assert_allclose(descent.get_xdata(), TIMES / 3200)
    np.testing.assert_allclose(descent.get_ydata(), 1000 / TIMES**2)
    # At equal loss 2.5 / 100, and at ηt = 20.
    for axes, value in ((panels[1], 2.5), (panels[2], 2.5)):
        line = next(it for it in curve_lines(axes) if it.get_linestyle() == "--")
        np.testing.assert_allclose(line.get_ydata(), value, rtol=0.06)
    crosses = next(it for it in curve_lines(panels[1]) if it.get_marker() == "x")
    np.testing.assert_allclose(crosses.get_ydata(), [7.5, 5.0])


def test_cells_that_are_not_trained_are_hollow(datasets):
    with style.context():
        panels = learned(datasets).axes
    assert len(panels) == 6
    markers = [it for it in curve_lines(panels[0]) if it.get_marker() not in ("", "None", None)]
    hollow = [it.get_xdata()[0] for it in markers if it.get_markerfacecolor() == "none"]
    assert sorted(hollow) == pytest.approx([0.1 / 32, 0.2 / 32])


def test_other_cells_are_refused(datasets):
    other = datasets[5].assign_coords(batch_size=[8, 16])
    with style.context(), pytest.raises(UserError, match="other cells"):
        flat([*datasets[:5], other, *datasets[6:]])
    with style.context(), pytest.raises(UserError, match="must be one"):
        flat([*datasets[:7], datasets[4], datasets[8]])
