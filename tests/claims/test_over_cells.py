"""Contrasts, slopes and rank correlations over cells, against closed forms and scipy."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic_experiments import generator

from thermophoresis.claims.statistics import (
    measured_contrast,
    rank_correlation_of_cells,
    slope_over_cells,
)
from thermophoresis.claims.statistics.rank_correlation_of_cells import kendall, partial_kendall
from thermophoresis.config.problems import validate
from thermophoresis.config.statistics.measured_contrast import MeasuredContrastClaim
from thermophoresis.config.statistics.rank_correlation_of_cells import RankCorrelationOfCellsClaim
from thermophoresis.config.statistics.slope_over_cells import SlopeOverCellsClaim

AXES = ("learning_rate", "batch_size", "network", "seed", "replica", "record")
CLAIM = {
    "source": "Remark 16",
    "statement": "It is.",
    "criterion": {"above": 0},
    "experiment": "toy",
    "measurement": "spectrum",
}
KINDS = {
    measured_contrast: MeasuredContrastClaim,
    slope_over_cells: SlopeOverCellsClaim,
    rank_correlation_of_cells: RankCorrelationOfCellsClaim,
}


def dataset(values, replicas):
    """A gathered file with one cell for each network; values are (network, replica)."""
    networks = len(next(iter(values.values())))
    names = [f"n{index}" for index in range(networks)]
    variables = {
        # What stands at the first record is none of the statistics' business.
        name: (AXES, np.stack([np.full_like(it, 1e9), it], -1)[None, None, :, None])
        for name, it in values.items()
    }
    return xr.Dataset(
        variables | {"trained": (AXES[:3], np.ones((1, 1, networks), np.int8))},
        {
            "learning_rate": [0.1],
            "batch_size": [1],
            "network": ("network", names, {"setting": "network"}),
            "seed": [0],
            "replica": np.arange(replicas),
            "record": [0, 5],
        },
    )


def judged(module, measured, curves=None, **settings):
    claim = KINDS[module](**CLAIM, statistic=module.__name__.rpartition(".")[2], **settings)
    read = {"measurements/spectrum/toy": measured, "curves/toy": curves}
    found = module.estimate(claim, read, generator(5))
    return found if len(found) > 1 else found[0]


def test_ratios_and_differences_of_paired_networks():
    rng = generator(1)
    own = rng.normal(size=200)
    second = 3 + own + 0.1 * rng.normal(size=200)
    first = 6 + 2 * own + 0.1 * rng.normal(size=200)
    measured = dataset({"x": np.stack([second, first]), "y": np.ones((2, 200))}, 200)
    asked = {"compare": "network", "cells": {"network": ["n1", "n0"]}}
    ratio = judged(measured_contrast, measured, of=["x"], contrast="ratio", **asked)
    assert ratio.value == pytest.approx(first.mean() / second.mean(), rel=1e-12)
    # Paired, what both share leaves no error: of a ratio 2 by the delta method.
    error = np.std(first - 2 * second, ddof=1) / np.sqrt(200) / second.mean()
    assert ratio.standard_error == pytest.approx(error, rel=0.1)
    found = judged(measured_contrast, measured, of=["x", "y"], contrast="difference", **asked)
    assert [it.cell for it in found] == ["x", "y"]
    assert found[0].value == pytest.approx((first - second).mean(), rel=1e-12)
    assert found[0].standard_error == pytest.approx(stats.sem(first - second), rel=0.1)
    assert (found[1].value, found[1].standard_error) == (0, 0)


@pytest.mark.parametrize("labels", ["n1", ["n0", "n1", "n2"]])
def test_two_labels_are_compared(labels):
    settings = {**CLAIM, "statistic": "measured_contrast", "of": ["x"], "contrast": "ratio"}
    settings |= {"compare": "network", "cells": {"network": labels}}
    _, (problem,) = validate(MeasuredContrastClaim, settings)
    assert "two labels of network" in problem.message


def test_slopes_over_cells_are_those_of_least_squares():
    rng = generator(2)
    x = np.array([2.0, 5.0, 10.0])
    y = 7 - 3 * x[:, None] + rng.normal(size=(3, 100))
    measured = dataset({"y": y, "z": 2 * y, "x": np.tile(x[:, None], 100)}, 100)
    found = judged(slope_over_cells, measured, of=["y", "z"], on="x")
    expected = stats.linregress(x, y.mean(axis=1)).slope
    assert [it.value for it in found] == pytest.approx([expected, 2 * expected], rel=1e-10)
    # Of independent noise of variance 1 in three cells.
    error = 1 / np.sqrt(((x - x.mean()) ** 2).sum() * 100)
    assert found[0].standard_error == pytest.approx(error, rel=0.25)
    same = dataset({"y": y, "x": np.ones((3, 100))}, 100)
    nothing = judged(slope_over_cells, same, of=["y"], on="x")
    assert np.isnan(nothing.value)
    assert nothing.caveat == "x is the same in all cells"


@pytest.mark.parametrize("seed", range(5))
def test_kendall_is_that_of_scipy(seed):
    x, y = generator(3, seed).integers(6, size=(2, 15))
    assert kendall(x, y) == pytest.approx(stats.kendalltau(x, y).statistic)


def test_what_a_third_quantity_explains_is_taken_out():
    rng = generator(4)
    z = rng.normal(size=400)
    x, y = z + 0.3 * rng.normal(size=(2, 400))
    # Of normal variables that z alone joins, Kendall's coefficient leaves a part.
    assert abs(partial_kendall(x, y, z)) < 0.5 * partial_kendall(x, y, None)
    one, two, three = kendall(x, y), kendall(x, z), kendall(y, z)
    by_hand = (one - two * three) / np.sqrt((1 - two**2) * (1 - three**2))
    assert partial_kendall(x, y, z) == pytest.approx(by_hand)


def cells(rng, count=16, networks=6, sign=1.0):
    x = rng.normal(size=count)
    scatter = 0.01 * rng.normal(size=(3, count, networks))
    y = sign * x + 0.2 * rng.normal(size=count)
    size = rng.normal(size=count)
    measured = dataset({"x": x[:, None] + scatter[0], "size": size[:, None] + scatter[1]}, networks)
    return measured, dataset({"accuracy": y[:, None] + scatter[2]}, networks), x, y


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_rank_correlations_over_cells(sign):
    measured, curves, x, y = cells(generator(6), sign=sign)
    found = judged(rank_correlation_of_cells, measured, curves, of="x", observable="accuracy")
    assert found.value == pytest.approx(stats.kendalltau(x, y).statistic, abs=0.1)
    assert np.sign(found.value) == sign
    assert found.replicas == 16
    assert 0.02 < found.standard_error < 0.2
    held = judged(
        rank_correlation_of_cells, measured, curves, of="x", observable="accuracy", given="size"
    )
    assert held.value == pytest.approx(found.value, abs=0.2)


def test_few_cells_say_nothing():
    measured, curves, *_ = cells(generator(7), count=5)
    found = judged(rank_correlation_of_cells, measured, curves, of="x", observable="accuracy")
    assert np.isnan(found.value)
    assert "it takes 8" in found.caveat
