"""Exponents along an axis of a measurement, and the order of networks by two quantities."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic_experiments import generator

from thermophoresis.claims.statistics import (
    measured_agreement,
    measured_exponent,
    ratio_of_totals,
)
from thermophoresis.config.problems import validate
from thermophoresis.config.statistics.measured_agreement import MeasuredAgreementClaim
from thermophoresis.config.statistics.measured_exponent import MeasuredExponentClaim
from thermophoresis.config.statistics.ratio_of_totals import RatioOfTotalsClaim
from thermophoresis.errors import UserError

CLAIM = {
    "source": "slides",
    "statement": "It is.",
    "criterion": {"above": 0},
    "experiment": "toy",
    "measurement": "noise",
}
KINDS = {
    measured_exponent: MeasuredExponentClaim,
    measured_agreement: MeasuredAgreementClaim,
    ratio_of_totals: RatioOfTotalsClaim,
}
AXES = ("learning_rate", "batch_size", "seed", "replica")
SIZES = np.array([1.0, 4.0, 16.0])


def dataset(networks=200):
    """Two cells; what stands at the first record is none of the statistics' business."""
    rng = generator(7)
    powers = np.array([-1.0, -0.5])
    means = 3 * SIZES ** powers[:, None]
    drawn = rng.normal(means[:, None], 0.5, (2, networks, 3))
    x = rng.normal(size=(2, networks))
    y = np.stack([x[0] ** 3, x[1] + rng.normal(size=networks)])

    def at_last(values):
        """Values (cell, network, …) as those of the last record."""
        both = np.stack([np.full_like(values, 1e9), values], 2)
        return both.reshape(2, 1, 1, *both.shape[1:])

    once = at_last(x)[..., -1] + 5
    return xr.Dataset(
        {
            "kurtosis": ((*AXES, "record", "size"), at_last(drawn)),
            "x": ((*AXES, "record"), at_last(x)),
            "y": ((*AXES, "record"), at_last(y)),
            "once": (AXES, once),
            "twice": (AXES, 2 * once),
            "trained": (AXES[:2], np.ones((2, 1), np.int8)),
        },
        {
            "learning_rate": [0.1, 0.2],
            "batch_size": [1],
            "seed": [0],
            "replica": np.arange(networks),
            "record": [0, 5],
            "size": SIZES,
        },
    )


def judged(module, measured, **settings):
    claim = KINDS[module](**CLAIM, statistic=module.__name__.rpartition(".")[2], **settings)
    read = {"measurements/noise/toy": measured, "curves/toy": None}
    return module.estimate(claim, read, generator(5))


def test_exponents_are_those_of_the_means():
    measured = dataset()
    found = judged(measured_exponent, measured, variable="kurtosis", along="size")
    for cell, it in enumerate(found):
        values = measured["kurtosis"].values[cell, 0, 0, :, -1]
        expected = np.polyfit(np.log(SIZES), np.log(values.mean(0)), 1)[0]
        assert it.value == pytest.approx(expected, rel=1e-10)
        assert it.value == pytest.approx((-1, -0.5)[cell], abs=4 * it.standard_error)
        # By the delta method.
        weights = np.array([-1, 0, 1]) / np.log(16) / values.mean(0)
        assert it.standard_error == pytest.approx(stats.sem(values @ weights), rel=0.15)
    assert found[0].cell == "η = 0.1, |B| = 1"


def test_what_is_no_power_has_no_exponent():
    measured = dataset()
    measured["kurtosis"][0, ..., 2] = -0.1
    measured["kurtosis"][1, 0, 0, 3] = np.nan
    none, some = judged(measured_exponent, measured, variable="kurtosis", along="size")
    assert np.isnan(none.value)
    assert "no logarithm" in none.caveat
    assert some.replicas == 199
    assert some.caveat == "1 of 200 are left out"
    with pytest.raises(UserError, match="has no axis lag"):
        judged(measured_exponent, measured, variable="kurtosis", along="lag")


def test_the_order_of_networks_is_kendalls():
    measured = dataset()
    measured["y"][0, 0, 0, 7] = np.nan
    same, other = judged(measured_agreement, measured, of="x", over="y")
    assert (same.value, same.standard_error, same.replicas) == (1, pytest.approx(0), 199)
    x, y = (measured[name].values[1, 0, 0, :, -1] for name in "xy")
    assert other.value == pytest.approx(stats.kendalltau(x, y)[0], rel=1e-12)
    # Of normal variates with the correlation √½ the variance of τ is about 0.28/n.
    assert other.standard_error == pytest.approx(np.sqrt(0.28 / 200), rel=0.2)
    assert "1 of 200 networks are left out" in same.caveat


def test_two_quantities_are_compared():
    settings = CLAIM | {"statistic": "measured_agreement", "of": "x", "over": "x"}
    _, (problem,) = validate(MeasuredAgreementClaim, settings)
    assert "two quantities" in problem.message


def test_what_networks_have_once_has_totals():
    for it in judged(ratio_of_totals, dataset(), of="twice", over="once"):
        assert it.value == pytest.approx(2, rel=1e-12)
        assert it.replicas == 200
