"""Curves whose time a page rescales: those of the figure, few numbers, the same collapse error."""

import json

import numpy as np
import pytest
import toy_sweeps
from matplotlib.colors import to_hex

from thermophoresis.analysis.collapse import collapse_error
from thermophoresis.analysis.sweep import select_sweep
from thermophoresis.analysis.thermal_time import SCHEDULED
from thermophoresis.config.ledger import RescaledCurves
from thermophoresis.figures.parts import style
from thermophoresis.report.rescaling import (
    MOST_CELLS,
    MOST_RECORDS,
    SEARCHED,
    as_json,
    rescaled,
)

NOTHING = {}


def row(**changes):
    return RescaledCurves(
        **{
            "reads": "curves/toy",
            "observable": "activation_rate",
            "confidence_level": 0.95,
            "cells": {"batch_size": 1},
            "compared": "learning_rate",
            "rate_exponent": "of-rates",
            **changes,
        }
    )


def error_of(cells, alpha, beta):
    """The collapse error of embedded cells, by the module that defines it."""
    axis = [np.array(it["step"]) * it["learning_rate"] ** alpha / it["batch_size"] ** beta
            for it in cells]  # fmt: skip
    return collapse_error(axis, [it["mean"] for it in cells], [it["error"] for it in cells])


def test_the_cells_of_the_figure_come_first_in_its_colours():
    found = rescaled(row(), toy_sweeps.make_curves(), NOTHING)
    names = [cell["name"] for cell in found["cells"]]
    assert names[:4] == ["η = 0.025, |B| = 1", "η = 0.05, |B| = 1", "η = 0.1, |B| = 1",
                         "η = 0.025, |B| = 2"]  # fmt: skip
    assert [cell["shown"] for cell in found["cells"]] == [True] * 3 + [False] * 6
    colours = [cell["colour"] for cell in found["cells"]]
    assert colours[:3] == [*map(to_hex, style.ordered_colours(style.LEARNING_RATE_MAP, 3))]
    assert len({*colours}) == 9
    assert found["observable"] == "activation_rate (dimensionless)"
    by_batch = row(cells={"learning_rate": 0.05}, compared="batch_size")
    first = rescaled(by_batch, toy_sweeps.make_curves(), NOTHING)["cells"][:3]
    assert [(cell["learning_rate"], cell["batch_size"]) for cell in first] == [
        (0.05, 1),
        (0.05, 2),
        (0.05, 3),
    ]
    assert first[0]["colour"] == to_hex(style.ordered_colours(style.BATCH_SIZE_MAP, 3)[0])


@pytest.mark.parametrize(("alpha", "beta"), [(2, 1), (0, 0), (1, 1), (1.9, 0.87), (-2, 4)])
def test_the_error_of_what_is_embedded_is_that_of_the_curves(alpha, beta):
    curves = toy_sweeps.make_curves()
    toy_sweeps.some_diverged(curves)
    sweep = select_sweep(curves, "activation_rate", batch_size=1)
    axis = sweep.step * (sweep.learning_rate**alpha / sweep.batch_size**beta)[:, np.newaxis]
    expected = collapse_error(axis, sweep.band.mean, sweep.band.standard_error)
    found = error_of(rescaled(row(), curves, NOTHING)["cells"][:3], alpha, beta)
    assert found.error == pytest.approx(expected.error, abs=1e-5)
    assert found.noise_floor == pytest.approx(expected.noise_floor, rel=1e-2)


def test_means_and_intervals_are_those_of_the_figure():
    curves = toy_sweeps.make_curves()
    toy_sweeps.some_diverged(curves)
    sweep = select_sweep(curves, "activation_rate", batch_size=1, level=0.9)
    cells = rescaled(row(confidence_level=0.9), curves, NOTHING)["cells"][:3]
    for index, cell in enumerate(cells):
        assert cell["mean"] == pytest.approx(sweep.band.mean[index], abs=1e-5)
        width = sweep.band.high[index] - sweep.band.mean[index]
        assert cell["width"] == pytest.approx(width, rel=6e-3)
        assert cell["step"] == sweep.step[index].tolist()
    assert [cell["lost"] for cell in cells] == [None, None, 10]


def test_nothing_is_rescaled_where_every_network_has_diverged():
    curves = toy_sweeps.make_curves()
    curves["activation_rate"][:] = np.nan
    assert rescaled(row(), curves, NOTHING) is None


def test_a_curve_without_a_network_has_no_record():
    curves = toy_sweeps.make_curves()
    toy_sweeps.all_of_one_diverged(curves)
    cells = rescaled(row(), curves, NOTHING)["cells"]
    assert [len(cell["step"]) for cell in cells[:3]] == [31, 31, 0]


def test_fitted_exponents_are_those_of_the_claims():
    curves = toy_sweeps.make_curves()
    found = rescaled(row(), curves, {"of-rates": 1.90423})
    assert found["alpha"] == {"paper": 2, "fit": 1.9042, "least": SEARCHED[0], "most": SEARCHED[1]}
    assert found["beta"] == {"paper": 1, "fit": None, "least": SEARCHED[0], "most": SEARCHED[1]}
    assert rescaled(row(), curves, {"of-rates": -2.3})["alpha"]["least"] == -3
    assert rescaled(row(), curves, {"of-rates": None})["alpha"]["fit"] is None


def test_where_no_exponent_tells_curves_apart_there_is_nothing():
    curves = toy_sweeps.make_curves()
    assert rescaled(row(), curves.isel(batch_size=[0]), NOTHING) is not None
    one = curves.isel(learning_rate=[0], batch_size=[0])
    alike = one.expand_dims(momentum=[0.0, 0.5]).assign_coords(
        momentum=("momentum", [0.0, 0.5], {"setting": "dynamics.momentum"})
    )
    assert rescaled(row(compared="momentum"), alike, NOTHING) is None
    scheduled = curves.assign_coords({SCHEDULED: curves["step"]})
    assert rescaled(row(), scheduled, NOTHING) is None


def test_large_sweeps_and_long_curves_stay_small():
    rates, batches = np.linspace(0.01, 0.1, 12), np.arange(1, 6)
    curves = toy_sweeps.make_curves(rates, batches)
    many = curves.isel(record=np.arange(500) % 31)
    steps = np.broadcast_to(np.arange(500.0), (12, 5, 500))
    many = many.assign_coords(step=(("learning_rate", "batch_size", "record"), steps))
    found = rescaled(row(), many, NOTHING)
    assert len(found["cells"]) == MOST_CELLS
    assert sum(cell["shown"] for cell in found["cells"]) == 12
    for cell in found["cells"]:
        assert len(cell["step"]) == MOST_RECORDS
        assert (cell["step"][0], cell["step"][-1]) == (0, 499)
    assert len(as_json(found)) < 150_000
    assert rescaled(row(), toy_sweeps.make_curves(np.linspace(0.01, 0.1, 41), [1]), {}) is None


def test_json_can_stand_in_a_page():
    text = as_json({"name": "</script><b>", "value": None})
    assert "<" not in text
    assert json.loads(text) == {"name": "</script><b>", "value": None}
    with pytest.raises(ValueError, match="JSON compliant"):
        as_json({"value": float("nan")})
