"""Slopes, ratios of totals and means over what was measured at snapshots, against closed forms."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic_experiments import generator

from thermophoresis.claims.statistics import mean_over_snapshots, ratio_of_totals, slope
from thermophoresis.config.statistics.mean_over_snapshots import MeanOverSnapshotsClaim
from thermophoresis.config.statistics.ratio_of_totals import RatioOfTotalsClaim
from thermophoresis.config.statistics.slope import SlopeClaim
from thermophoresis.errors import UserError

AXES = ("learning_rate", "batch_size", "seed", "replica", "record")
TIMES = np.array([0.0, 0.5, 2.0])
CLAIM = {
    "source": "Eq. 38",
    "statement": "It is.",
    "criterion": {"at_least": 0.9},
    "experiment": "toy",
    "measurement": "drift",
}


def measured(rng, replicas=200):
    """Two cells; y = 2x in the first and −3x in the second, and noise; x has units and a sign."""
    x = rng.normal(size=(2, 1, 1, replicas, 3, 4)) - 1.0
    factor = np.array([2.0, -3.0]).reshape(2, 1, 1, 1, 1, 1)
    y = factor * x + rng.normal(size=x.shape)
    tau = np.tile(TIMES, (2, 1, 1))
    return xr.Dataset(
        {
            "x": ((*AXES, "unit"), x),
            "y": ((*AXES, "unit"), y),
            "total": (AXES, y.sum(-1)),
            "trained": (AXES[:2], np.ones((2, 1), np.int8)),
        },
        {
            "learning_rate": [0.05, 0.1],
            "batch_size": [1],
            "seed": [0],
            "replica": np.arange(replicas),
            "record": [0, 3, 6],
            "unit": np.arange(1, 5),
            "thermal_time": ((*AXES[:2], "record"), tau),
        },
    )


def judged(module, kind, dataset, **settings):
    claim = kind(**CLAIM, statistic=module.__name__.rpartition(".")[2], **settings)
    return module.estimate(claim, {"measurements/drift/toy": dataset}, generator(5))


def test_slopes_are_those_of_least_squares():
    dataset = measured(generator(1))
    found = judged(slope, SlopeClaim, dataset, of="y", on="x")
    assert [it.cell for it in found] == ["η = 0.05, |B| = 1", "η = 0.1, |B| = 1"]
    for cell, it in enumerate(found):
        x, y = (dataset[name].values[cell].ravel() for name in "xy")
        assert it.value == pytest.approx(np.linalg.lstsq(x[:, None], y)[0].item(), rel=1e-12)
        # Noise of variance 1 on 2,400 values with E x² = 2.
        assert it.standard_error == pytest.approx(1 / np.sqrt(2 * 2400), rel=0.15)
        told = np.corrcoef(np.r_[x, -x], np.r_[y, -y])[0, 1]
        assert it.caveat == f"correlation {told:.2f}"
    dataset["y"] = 2 * dataset["x"]
    assert judged(slope, SlopeClaim, dataset, of="y", on="x", learning_rate=0.1)[
        0
    ].standard_error == pytest.approx(0, abs=1e-14)


def test_snapshots_count_up_to_a_time():
    dataset = measured(generator(2))
    early = dataset.isel(record=[0, 1])
    late = dataset.copy(deep=True)
    late["y"][..., 2, :] = 1e6
    for module, kind, settings in (
        (slope, SlopeClaim, {"of": "y", "on": "x"}),
        (ratio_of_totals, RatioOfTotalsClaim, {"of": "y", "over": "x"}),
        (mean_over_snapshots, MeanOverSnapshotsClaim, {"of": ["y"]}),
    ):
        found = judged(module, kind, late, **settings, thermal_time_at_most=0.5)
        wanted = judged(module, kind, early, **settings)
        assert [it.value for it in found] == pytest.approx([it.value for it in wanted], rel=1e-12)
    late["thermal_time"] += 1
    with pytest.raises(UserError, match=r"a cell has no snapshot up to thermal time 0\.5"):
        judged(slope, SlopeClaim, late, of="y", on="x", thermal_time_at_most=0.5)


def test_ratios_of_totals_keep_the_sign_of_both():
    dataset = measured(generator(3))
    found = judged(ratio_of_totals, RatioOfTotalsClaim, dataset, of="y", over="x")
    for cell, it in enumerate(found):
        x, y = (dataset[name].values[cell].sum() for name in "xy")
        assert it.value == pytest.approx(y / x, rel=1e-12)
        assert it.value == pytest.approx((2, -3)[cell], abs=4 * it.standard_error)


def test_means_are_over_snapshots_units_and_networks():
    dataset = measured(generator(4))
    found = judged(mean_over_snapshots, MeanOverSnapshotsClaim, dataset, of=["y", "total"])
    assert [it.cell for it in found] == [
        f"{name}, η = {rate:g}, |B| = 1" for name in ("y", "total") for rate in (0.05, 0.1)
    ]
    for it, (name, cell) in zip(
        found, [("y", 0), ("y", 1), ("total", 0), ("total", 1)], strict=True
    ):
        values = dataset[name].values[cell, 0, 0].reshape(200, -1).mean(1)
        assert it.value == pytest.approx(values.mean(), rel=1e-12)
        assert it.standard_error == pytest.approx(stats.sem(values), rel=0.15)


def test_networks_that_diverge_are_left_out_everywhere():
    dataset = measured(generator(6), replicas=20)
    dataset["y"][1, 0, 0, 7, 2] = np.nan
    for found in (
        judged(slope, SlopeClaim, dataset, of="y", on="x"),
        judged(ratio_of_totals, RatioOfTotalsClaim, dataset, of="y", over="x"),
        judged(mean_over_snapshots, MeanOverSnapshotsClaim, dataset, of=["y"]),
    ):
        assert [it.replicas for it in found] == [19, 19]
        assert all("1 of 20 are not finite" in it.caveat for it in found)
        assert all(np.isfinite(it.value) for it in found)
    (nothing,) = judged(slope, SlopeClaim, dataset * np.nan + dataset["trained"], of="y", on="x")[
        :1
    ]
    assert np.isnan(nothing.value)


def test_a_slope_is_of_two_quantities():
    with pytest.raises(ValueError, match="got y as both of and on"):
        SlopeClaim(**CLAIM, statistic="slope", of="y", on="y")


def test_a_slope_is_of_quantities_of_the_same_axes():
    with pytest.raises(UserError, match="y and total have other axes"):
        judged(slope, SlopeClaim, measured(generator(1)), of="y", on="total")
