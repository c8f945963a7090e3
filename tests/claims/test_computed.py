"""Claims about what is computed, and about what is measured of networks and of pairs of them."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats
from synthetic_experiments import generator, make_curvature, make_curves

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.judge import judge
from thermophoresis.claims.statistics import computed as module
from thermophoresis.claims.statistics import measured_value as of_networks
from thermophoresis.claims.statistics import pair_value as of_pairs
from thermophoresis.claims.statistics.computed import computed
from thermophoresis.config.statistics.computed import ComputedClaim
from thermophoresis.config.statistics.measured_value import MeasuredValueClaim
from thermophoresis.config.statistics.pair_value import PairValueClaim
from thermophoresis.errors import UserError

FLOW = xr.Dataset(
    {
        "ratio": (("part", "dimension"), [[1.0, 1.01], [2.0, 1.99]]),
        "power": ("grid", [-1.0, -0.9]),
        "power_standard_error": ("grid", [0.01, 0.02], {"replicas": 50}),
        "largest": ((), 3.5),
    },
    {"part": ["diffusive", "thermophoretic"], "dimension": [1, 2], "grid": [0.1, 0.25]},
)


def test_every_entry_is_named_by_its_coordinates():
    assert computed(FLOW, "ratio", {}) == (
        Estimate(1.0, 0.0, 0, cell="part = diffusive, dimension = 1"),
        Estimate(1.01, 0.0, 0, cell="part = diffusive, dimension = 2"),
        Estimate(2.0, 0.0, 0, cell="part = thermophoretic, dimension = 1"),
        Estimate(1.99, 0.0, 0, cell="part = thermophoretic, dimension = 2"),
    )
    assert computed(FLOW, "largest", {}) == (Estimate(3.5, 0.0, 0),)


def test_coordinates_choose_entries():
    assert computed(FLOW, "ratio", {"part": "diffusive", "dimension": 2}) == (
        Estimate(1.01, 0.0, 0),
    )
    assert [it.cell for it in computed(FLOW, "ratio", {"dimension": 2.0})] == [
        "part = diffusive",
        "part = thermophoretic",
    ]


def test_standard_errors_are_those_of_the_file():
    found = computed(FLOW, "power", {"grid": 0.25})
    assert found == (Estimate(-0.9, 0.02, 50),)
    half = stats.t.ppf(0.975, 49) * 0.02
    assert found[0].interval(0.95) == pytest.approx((-0.9 - half, -0.9 + half))


@pytest.mark.parametrize(
    ("variable", "at", "words"),
    [
        (
            "ratios",
            {},
            "has no variable ratios; it has ratio, power, power_standard_error, largest",
        ),
        ("ratio", {"grid": 1}, "ratio has no axis grid; its axes are part, dimension"),
        ("ratio", {"dimension": 3}, "ratio has no dimension = 3; it has 1, 2"),
        ("ratio", {"part": "both"}, "ratio has no part = both; it has diffusive, thermophoretic"),
    ],
)
def test_refuses_what_the_file_does_not_have(variable, at, words):
    with pytest.raises(UserError, match=words):
        computed(FLOW, variable, at)


def test_standard_errors_say_how_many_values_they_are_of():
    without = FLOW.copy()
    without["power_standard_error"] = without["power_standard_error"].drop_attrs()
    with pytest.raises(UserError, match="must have the attribute replicas"):
        computed(without, "power", {})


@pytest.mark.parametrize("entry", [np.inf, -np.inf, np.nan])
def test_an_entry_that_is_not_finite_decides_nothing(entry):
    claim = ComputedClaim(
        **CLAIM | {"criterion": {"above": -1, "at_most": 5}},
        statistic="computed",
        computation="flow",
        variable="power",
    )
    flow = FLOW.drop_vars("power_standard_error")
    flow["power"] = ("grid", [0.5, entry])
    found = judge("a", claim, module.estimate(claim, {"computations/flow": flow}, None), None)
    assert (found["verdict"], found["estimate"], found["cell"]) == (
        "not testable",
        None,
        "grid = 0.25",
    )
    assert (found["caveat"], found["more_replicas"]) == ("power is not finite there", None)


CLAIM = {
    "source": "Eq. 6",
    "statement": "As printed.",
    "criterion": {"at_least": 0.95, "at_most": 1.05},
}


def test_a_claim_reads_the_file_of_its_computation():
    claim = ComputedClaim(
        **CLAIM, statistic="computed", computation="flow", variable="ratio", at={"dimension": 1}
    )
    found = module.estimate(claim, {"computations/flow": FLOW}, generator(1))
    assert found == computed(FLOW, "ratio", {"dimension": 1})


def measured(values):
    return xr.Dataset(
        {"distance": (("record", "seed", "replica"), np.moveaxis(values, -1, 0))},
        {"seed": [0, 1], "replica": np.arange(values.shape[1])},
    )


def test_the_mean_over_pairs_at_the_last_record():
    values = generator(2).normal(size=(2, 10, 4))
    values[1, 3, -1] = np.nan
    values[0, 2, 0] = np.nan  # at another record
    claim = PairValueClaim(
        **CLAIM, statistic="pair_value", pair="two", measurement="apart", variable="distance"
    )
    read = {"measurements/apart/two": measured(values)}
    (found,) = of_pairs.estimate(claim, read, generator(3))
    left = values[..., -1][np.isfinite(values[..., -1])]
    assert found.value == pytest.approx(left.mean(), rel=1e-12)
    assert found.standard_error == pytest.approx(stats.sem(left), rel=0.1)
    assert (found.replicas, found.caveat) == (19, "1 of 20 are not finite and left out")
    other = claim.model_copy(update={"variable": "angle"})
    with pytest.raises(UserError, match="apart of pair two has no variable angle; it has distance"):
        of_pairs.estimate(other, read, generator(3))


def test_the_mean_over_networks_at_the_last_record_of_each_cell():
    curves = make_curves(generator(6), replicas=8, seeds=2)
    chain = make_curvature(generator(6), curves, replicas=8)
    chain["trained"][0, 0] = 0
    chain["ggn_trace"][1, 0, 1, 2, -1] = np.nan
    claim = MeasuredValueClaim(
        **CLAIM,
        statistic="measured_value",
        experiment="toy",
        measurement="hessian_chain",
        variable="ggn_trace",
        batch_size=1,
    )
    read = {"measurements/hessian_chain/toy": chain}
    found = of_networks.estimate(claim, read, generator(7))
    assert [it.cell for it in found] == ["η = 0.05, |B| = 1", "η = 0.1, |B| = 1"]
    kept = [i for i in range(16) if i != 10]
    for rate, it in zip((0.05, 0.1), found, strict=True):
        last = chain["ggn_trace"].sel(learning_rate=rate, batch_size=1).isel(record=-1)
        values = last.values.ravel()[kept]
        assert it.value == pytest.approx(values.mean(), rel=1e-12)
        assert it.standard_error == pytest.approx(stats.sem(values), rel=0.15)
        assert it.replicas == 15
    (one,) = of_networks.estimate(
        claim.model_copy(update={"learning_rate": 0.1}), read, generator(7)
    )
    assert (one.cell, one.replicas) == ("", 16)
    second = claim.model_copy(update={"learning_rate": 0.1, "snapshot": 2})
    (one,) = of_networks.estimate(second, read, generator(7))
    there = chain["ggn_trace"].sel(learning_rate=0.1, batch_size=1).isel(record=1)
    assert one.value == pytest.approx(there.values.mean(), rel=1e-12)
    kept = chain.sizes["record"]
    late = second.model_copy(update={"snapshot": kept + 1})
    with pytest.raises(UserError, match=f"has {kept} snapshots of ggn_trace, not {kept + 1}"):
        of_networks.estimate(late, read, generator(7))
    control = chain["hessian_trace"].isel(record=[0, -1]).rename(record="control")
    read = {"measurements/hessian_chain/toy": chain.assign(hessian_trace=control)}
    of_control = claim.model_copy(update={"variable": "hessian_trace", "learning_rate": 0.1})
    (one,) = of_networks.estimate(of_control, read, generator(7))
    last = chain["hessian_trace"].sel(learning_rate=0.1, batch_size=1).isel(record=-1)
    assert one.value == pytest.approx(last.values.mean(), rel=1e-12)
    other = claim.model_copy(update={"variable": "angle"})
    with pytest.raises(UserError, match="hessian_chain of experiment toy has no variable angle"):
        of_networks.estimate(other, read, generator(7))
