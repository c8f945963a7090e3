"""Verdicts: what they must be on experiments that obey the paper, and on those that do not."""

import dataclasses
import json

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats
from synthetic_experiments import generator, make_cells, make_curvature, make_curves

from thermophoresis.claims.estimate import Estimate, fewest_networks
from thermophoresis.claims.judge import evaluate, gather, judge, measure, to_json
from thermophoresis.claims.statistics.relative_change import relative_change
from thermophoresis.claims.verdicts import MOST_REPLICAS, OVERLAP, more_replicas, verdict
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.claim import Criterion
from thermophoresis.config.claims import Ledger
from thermophoresis.config.judging import ClaimsSettings
from thermophoresis.config.ledger import LedgerSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.report.claims import read_claims
from thermophoresis.report.explanations import EXPLANATIONS


def claim(statistic, criterion, **other):
    if statistic not in ("violated_fraction", "hessian_ggn_ratio"):
        other = {"batch_size": 1, **other}
        if "learning_rate" in other:
            del other["batch_size"]
    if statistic not in ("violated_fraction", "hessian_ggn_ratio", "rank_correlation"):
        other = {"observable": "activation_rate", **other}
    return {
        "source": "Fig. 3",
        "statement": "A statement.",
        "experiment": "toy",
        "because": "A reason.",
        "statistic": statistic,
        "criterion": criterion,
        **other,
    }


def without(entry, *keys):
    return {key: value for key, value in entry.items() if key not in keys}


OF_NETWORKS = ("experiment", "batch_size", "observable")
BELOW_A_MARKER = {"below": -0.02}
OF_RATES = {
    "decreases": claim("relative_change", {"below": 0}),
    "faster": claim("gap", BELOW_A_MARKER),
    "faster-after-eta": claim("gap", BELOW_A_MARKER, rate_exponent=1),
    "overlaps-eta2": claim("collapse_error", {"below": 0.1}, rate_exponent=2),
    "alpha": claim("learning_rate_exponent", {"at_least": 1.8, "at_most": 2.2}),
    "alpha-early": claim(
        "learning_rate_exponent", {"at_least": 1.8, "at_most": 2.2}, window="early"
    ),
}
OF_BATCHES = {
    "faster-batch": claim("gap", BELOW_A_MARKER, learning_rate=0.05),
    "overlaps-batch": claim("collapse_error", {"below": 0.1}, learning_rate=0.05, batch_exponent=1),
    "beta": claim("batch_size_exponent", {"at_least": 0.9, "at_most": 1.1}, learning_rate=0.05),
}
OF_COURSE = {
    "median": claim("median_change", {"below": 0}),
    "biases": claim("change", {"below": 0}, observable="mean_bias"),
    "equal-error": claim("gap_at_equal_loss", {"at_least": 0}),
    "agreement": without(
        claim(
            "agreement_at_equal_loss",
            {"below": 0},
            lower="activation_rate",
            higher="second_layer_norm",
        ),
        "observable",
    ),
    "early": claim("early_to_late_drift", {"above": 0}),
    "follows-error": claim("drift_error_correlation", {"above": 0}),
}
# What the synthetic networks do not do: their drift follows the error along the run alone.
AT_EQUAL_TIME = {"error-at-equal-time": claim("drift_error_at_equal_time", {"above": 0})}
OF_CURVATURE = {
    "gauss-newton": claim("hessian_ggn_ratio", {"at_least": 0.9, "at_most": 1.1}),
    "product": claim("violated_fraction", {"at_most": 0}, inequality="product"),
    "bound": claim("violated_fraction", {"at_most": 0}, inequality="bound"),
    "activation-bound": claim(
        "rank_correlation", {"above": 0}, of="trace_bound", on="activation_rate"
    ),
    "norm-bound": claim("rank_correlation", {"above": 0}, of="trace_bound", on="second_layer_norm"),
}
# About more than the toy experiment, or about none.
OF_OTHERS = {
    "lower": claim("paired_gap", {"below": 0}, against="other"),
    "lower-throughout": claim("paired_gap", {"below": 0}, against="other", over="whole"),
    "apart": {
        **without(claim("pair_value", {"above": 0}, variable="distance"), *OF_NETWORKS),
        "pair": "two",
        "measurement": "distance",
    },
    "measured": {
        **without(claim("measured_value", {"above": 0}, variable="ggn_trace"), "observable"),
        "measurement": "hessian_chain",
    },
    **{
        name: {
            **without(claim(name, {"above": 0.5}, of=of, **{on: "ggn_trace"}), "observable"),
            "measurement": "hessian_chain",
        }
        for name, of, on in (
            ("slope", "hessian_trace", "on"),
            ("ratio_of_totals", "hessian_trace", "over"),
        )
    },
    "mean_over_snapshots": {
        **without(
            claim("mean_over_snapshots", {"above": 0}, of=["hessian_trace", "trace_product"]),
            "observable",
        ),
        "measurement": "hessian_chain",
    },
    "as-printed": {
        **without(claim("computed", {"at_least": 0.95, "at_most": 1.05}), *OF_NETWORKS),
        "computation": "flow",
        "variable": "ratio",
    },
}
CLAIMS = Ledger(claims=OF_RATES | OF_BATCHES | OF_COURSE | OF_CURVATURE).claims
EQUAL_TIME = Ledger(claims=AT_EQUAL_TIME).claims
OTHERS = Ledger(claims=OF_OTHERS).claims
LEVEL = 0.99


def read(curves, curvature=None):
    """Return what the claims of a toy experiment read."""
    return {"curves/toy": curves, "measurements/hessian_chain/toy": curvature}


def judged(curves, curvature=None, names=CLAIMS):
    """Return what is found about the claims with these names, in the form that a ledger has."""
    if curvature is None:
        curvature = make_curvature(generator(1), curves, replicas=min(16, curves.sizes["replica"]))
    found = [
        judge(name, CLAIMS[name], measure(name, CLAIMS[name], read(curves, curvature)), LEVEL)
        for name in names
    ]
    assert [entry.id for entry in read_claims(json.loads(to_json(found)))] == list(names)
    return {entry["id"]: entry for entry in found}


def verdicts(*arguments, **options):
    return {name: found["verdict"] for name, found in judged(*arguments, **options).items()}


def all_of(names, outcome):
    return dict.fromkeys(names, outcome)


# --- The paper, and what is not the paper ---------------------------------------------------------


def test_every_statistic_is_here():
    every = (*CLAIMS.values(), *OTHERS.values(), *EQUAL_TIME.values())
    found = {entry.statistic for entry in every}
    # What needs a further axis is judged in test_axes and test_controls.
    found |= {"axis_exponent", "combined_change", "difference_at_equal_loss"}
    # These are in test_further.
    found |= {"monotone_fraction", "slowdown_explained", "pair_collapse_error"}
    found |= {"diverged_fraction", "every_value"}
    # And these in test_measured_once.
    found |= {"combined_p_value", "temperature_slope"}
    # And these in test_budgets and test_rival_statistics.
    found |= {"budget_residual", "budget_share", "budget_term", "budget_scaling"}
    found |= {"distance_from_theory", "norm_balance", "norm_plateau"}
    # And these in test_over_cells.
    found |= {"measured_contrast", "slope_over_cells", "rank_correlation_of_cells"}
    # And these in test_measured_noise.
    found |= {"measured_agreement", "measured_exponent"}
    # And these in test_noise_statistics.
    found |= {"drive_agreement", "drive_exponents", "equalised_spread"}
    # And these in test_grid_statistics.
    found |= {"noise_correlation", "correlation_within", "measured_exponents"}
    found |= {"noise_alone", "gap_to_descent", "trained_share"}
    # And these in test_exchange.
    found |= {"exchange_distance", "breaking_slope", "noise_ratio", "noise_exponents"}
    found |= {"phase_contrast", "end_gap"}
    # And these in test_memorisation.
    found |= {"final_value", "start_after_best"}
    assert found == EXPLANATIONS.keys()


@pytest.mark.parametrize("seed", range(3))
def test_what_obeys_the_paper_supports_all_of_it(seed):
    curves = make_curves(generator(2, seed), replicas=24, seeds=2)
    found = judged(curves)
    assert {name: entry["verdict"] for name, entry in found.items()} == all_of(CLAIMS, "supported")
    assert {found[name]["n_replicas"] for name in (*OF_RATES, *OF_BATCHES, *OF_COURSE)} == {48}
    assert {found[name]["n_replicas"] for name in OF_CURVATURE} == {32}
    assert not any("more_replicas" in entry for entry in found.values())


def test_one_seed_is_enough():
    # Replicas are independent, whichever seed they have.
    assert verdicts(make_curves(generator(3), replicas=48)) == all_of(CLAIMS, "supported")


def test_drift_without_noise_refutes_thermal_time():
    # Curves of t η, as gradient descent has them.
    found = verdicts(make_curves(generator(4), rate_exponent=1.0, noise=0.01), names=OF_RATES)
    assert found == {
        "decreases": "supported",
        "faster": "supported",
        "faster-after-eta": "refuted",
        "overlaps-eta2": "refuted",
        "alpha": "refuted",
        "alpha-early": "refuted",
    }


def test_rates_that_make_no_difference_refute_all_that_they_should_do():
    found = judged(make_curves(generator(5), rate_exponent=0.0, noise=0.01), names=OF_RATES)
    outcome = {name: entry["verdict"] for name, entry in found.items()}
    assert outcome.pop("decreases") == "supported"
    assert outcome.pop("alpha-early") != "supported"
    assert outcome == all_of(("faster", "faster-after-eta", "overlaps-eta2", "alpha"), "refuted")
    assert found["faster"]["estimate"] == pytest.approx(0, abs=0.01)


def test_batch_sizes_that_make_no_difference_refute_all_that_they_should_do():
    curves = make_curves(generator(6), batch_exponent=0.0, noise=0.01)
    assert verdicts(curves, names=OF_BATCHES) == all_of(OF_BATCHES, "refuted")


def test_rates_that_slow_down_refute_faster():
    found = verdicts(make_curves(generator(7), rate_exponent=-1.0), names=["faster", "decreases"])
    assert found == {"faster": "refuted", "decreases": "supported"}


def test_curves_that_rise_refute_what_decreases():
    curves = make_curves(generator(8))
    curvature = make_curvature(generator(8), curves)
    for name in ("activation_rate", "mean_bias"):
        curves[name] = 2 * curves[name].isel(record=0) - curves[name]
    names = ("decreases", "median", "biases", "faster", "early", "follows-error", "equal-error")
    names += ("activation-bound", "agreement")
    assert verdicts(curves, curvature, names) == all_of(names, "refuted")


def test_curves_that_stand_still_support_nothing():
    curves = make_curves(generator(9))
    level = 0 * curves["activation_rate"] + 0.3
    curves["activation_rate"] = level + 0.01 * generator(9).normal(size=level.shape)
    names = (*OF_RATES, *OF_BATCHES, "early", "follows-error")
    assert "supported" not in verdicts(curves, names=names).values()
    # And without any noise at all.
    curves["activation_rate"] = level
    found = judged(curves, names=names)
    assert found.pop("decreases")["verdict"] == "refuted"
    assert {entry["verdict"] for entry in found.values()} == {"not testable"}
    assert all(entry["caveat"] for entry in found.values())


def test_a_force_that_grows_is_not_early():
    curves = make_curves(generator(10))
    time = curves["record"] ** 2 / 900
    curves["activation_rate"] = curves["activation_rate"] * 0.02 + 0.5 - 0.3 * time**3
    names = ("decreases", "early", "follows-error")
    assert list(verdicts(curves, names=names).values()) == ["supported", "refuted", "refuted"]


def test_one_cell_in_which_a_claim_fails_refutes_it():
    curves = make_curves(generator(11))
    reverse = 2 * curves["activation_rate"].isel(record=0) - curves["activation_rate"]
    curves["activation_rate"][1, 0] = reverse[1, 0]
    names = ("decreases", "faster", "early", "follows-error")
    assert verdicts(curves, names=names) == all_of(names, "refuted")


def test_a_verdict_names_the_cell_that_decides():
    curves = make_curves(generator(11))
    reverse = 2 * curves["activation_rate"].isel(record=0) - curves["activation_rate"]
    curves["activation_rate"][1, 0] = reverse[1, 0]
    found = judged(curves, names=("decreases", "faster", "overlaps-eta2", "activation-bound"))
    assert {name: entry["cell"] for name, entry in found.items()} == {
        "decreases": "η = 0.05",
        "faster": "η = 0.05 against η = 0.025",
        "overlaps-eta2": "",
        "activation-bound": "η = 0.05",
    }


def test_a_smaller_rate_that_is_lower_at_equal_loss_refutes():
    curves = make_curves(generator(12))
    curves["activation_rate"][0] -= 0.3 * curves["record"] / 30
    assert verdicts(curves, names=["equal-error"]) == {"equal-error": "refuted"}


@pytest.mark.parametrize(("factor", "expected"), [(1.04, "supported"), (1.2, "refuted")])
def test_a_hessian_is_its_gauss_newton_part_or_not(factor, expected):
    curves = make_curves(generator(13))
    curvature = make_curvature(generator(13), curves)
    curvature["hessian_trace"] *= factor
    assert verdicts(curves, curvature, ["gauss-newton"]) == {"gauss-newton": expected}


def test_a_single_violation_refutes_an_inequality():
    curves = make_curves(generator(14))
    curvature = make_curvature(generator(14), curves)
    curvature["violations_bound"][1, 2, 0, 5, 3] = 1
    found = judged(curves, curvature, ["product", "bound"])
    assert found["product"]["verdict"] == "supported"
    assert found["bound"]["verdict"] == "refuted"
    assert 0 < found["bound"]["estimate"] < 1e-4
    assert "1 of" in found["bound"]["caveat"]


def others(curves, *, raised=0.1, distance=0.2, trace=1.0, ratio=1.0, hessian=1.0):
    """Return the verdicts on claims about another experiment, a pair and a computation."""
    other = curves.copy()
    time = curves["record"] / curves["record"].max()
    other["activation_rate"] = curves["activation_rate"] + raised * time
    curvature = trace * make_curvature(generator(26), curves)
    curvature["hessian_trace"] *= hessian
    apart = distance + 0.1 * curves["activation_rate"].isel(learning_rate=0, batch_size=0)
    read = {
        "curves/toy": curves,
        "curves/other": other,
        "measurements/hessian_chain/toy": curvature,
        "measurements/distance/two": xr.Dataset({"distance": apart}),
        "computations/flow": xr.Dataset({"ratio": ("dimension", [1.0, ratio])}),
    }
    found = [
        judge(name, entry, measure(name, entry, read), None if name == "as-printed" else LEVEL)
        for name, entry in OTHERS.items()
    ]
    assert [entry.id for entry in read_claims(json.loads(to_json(found)))] == list(OTHERS)
    return {entry["id"]: entry["verdict"] for entry in found}


def test_what_others_show():
    curves = make_curves(generator(25), replicas=24)
    assert others(curves) == all_of(OTHERS, "supported")
    lower = all_of(("lower", "lower-throughout"), "refuted")
    assert others(curves, raised=-0.1) == all_of(OTHERS, "supported") | lower
    assert others(curves, distance=-0.2) == all_of(OTHERS, "supported") | {"apart": "refuted"}
    of_means = all_of(("measured", "mean_over_snapshots"), "refuted")
    assert others(curves, trace=-1.0) == all_of(OTHERS, "supported") | of_means
    over_snapshots = all_of(("slope", "ratio_of_totals", "mean_over_snapshots"), "refuted")
    assert others(curves, hessian=-1.0) == all_of(OTHERS, "supported") | over_snapshots
    assert others(curves, ratio=1.1) == all_of(OTHERS, "supported") | {"as-printed": "refuted"}


# --- Replicas that are lost, and too few ----------------------------------------------------------


def test_diverged_replicas_change_no_verdict():
    curves = make_curves(generator(15), replicas=40)
    curvature = make_curvature(generator(15), curves, replicas=32)
    for name in ("activation_rate", "mean_bias"):
        curves[name][2, 0, 0, :6, 20:] = np.nan
        curves[name][1, 2, 0, :6, 5:] = np.nan
    curvature["violations_bound"][2, 0, 0, :3, 7:] = np.nan
    curvature["violations_product"][2, 0, 0, :3, 7:] = np.nan
    curvature["ggn_trace"][2, 0, 0, :3, 7:] = np.nan
    curvature["trace_bound"][2, 0, 0, :3, 7:] = np.nan
    found = judged(curves, curvature)
    assert {entry["verdict"] for entry in found.values()} == {"supported"}
    for name in (*OF_RATES, *OF_BATCHES, *OF_COURSE):
        assert found[name]["n_replicas"] == 34
        assert "6 of 40 networks diverged" in found[name]["caveat"]
    assert found["gauss-newton"]["n_replicas"] == 29
    assert "3 of 32 networks are left out" in found["gauss-newton"]["caveat"]
    lost = "of 3 of 32 networks some numbers are not finite, not counted"
    assert all(found[name]["caveat"].endswith(lost) for name in ("product", "bound"))
    # Six of the networks with snapshots have no activation rate any more.
    assert found["activation-bound"]["n_replicas"] == 26


def test_without_any_replica_nothing_is_decided():
    curves = make_curves(generator(16), replicas=6)
    curvature = make_curvature(generator(16), curves, replicas=6)
    for dataset in (curves, curvature):
        for name in dataset.data_vars:
            if name != "trained":
                dataset[name] = dataset[name] * np.nan
    for found in judged(curves, curvature).values():
        assert found["verdict"] == "not testable"
        assert (found["estimate"], found["ci_low"], found["ci_high"]) == (None, None, None)
        assert (found["n_replicas"], found["more_replicas"]) == (0, None)
        assert found["caveat"]


def test_two_replicas_carry_no_interval():
    found = judged(make_curves(generator(17), replicas=2))
    outcomes = {name: entry["verdict"] for name, entry in found.items()}
    counted = ("product", "bound")  # which are about what was evaluated
    assert outcomes == all_of(CLAIMS, "not testable") | all_of(counted, "supported")
    wanting = [entry for name, entry in found.items() if name not in counted]
    assert all(entry["n_replicas"] == 2 for entry in wanting)
    assert all(entry["more_replicas"] is None or entry["more_replicas"] > 0 for entry in wanting)


def test_a_single_replica_decides_nothing_about_means():
    found = verdicts(make_curves(generator(18), replicas=1))
    assert found == all_of(CLAIMS, "not testable") | all_of(("product", "bound"), "supported")


def test_noise_that_drowns_everything_leaves_everything_open():
    curves = make_curves(generator(19), replicas=32, noise=30)
    names = [*OF_RATES, *OF_BATCHES, *OF_COURSE]
    found = verdicts(curves, names=names)
    assert {*found.values()} <= {"inconclusive", "not testable"}
    assert list(found.values()).count("inconclusive") > len(names) / 2


# --- How many replicas would do -------------------------------------------------------------------


def exact_sample(mean, error, replicas):
    """Return numbers with this mean and this standard error."""
    values = stats.norm.ppf((np.arange(replicas) + 0.5) / replicas)
    values -= values.mean()
    return mean + values * error * np.sqrt(replicas) / values.std(ddof=1)


@pytest.mark.parametrize("replicas", [8, 16])
def test_as_many_replicas_as_it_says_decide_about_half_of_the_time(replicas):
    decreases = CLAIMS["decreases"]
    change = exact_sample(-0.01, 0.01, replicas)
    values = np.stack([np.ones_like(change), 1 + change], axis=1)[np.newaxis]
    found = judge(
        "decreases",
        decreases,
        relative_change(make_cells(values), generator(20)),
        LEVEL,
    )
    assert found["verdict"] == "inconclusive"
    needed = replicas + found["more_replicas"]
    # t² = n / (n − 1) … at level 0.99: about seven times more than where t is one.
    assert 6 * replicas < needed < 10 * replicas

    def decided(count):
        trials, rng = 200, generator(21, count)
        draws = -0.01 + 0.01 * np.sqrt(replicas) * rng.normal(size=(trials, count))
        estimates = [
            Estimate(draw.mean(), draw.std(ddof=1) / np.sqrt(count), count) for draw in draws
        ]
        outcomes = [verdict(decreases.criterion, *it.interval(LEVEL)) for it in estimates]
        return np.mean([outcome == "supported" for outcome in outcomes])

    assert 0.3 < decided(needed) < 0.7
    assert decided(2 * needed) > 0.8
    assert decided(needed // 3) < 0.2


@pytest.mark.parametrize(
    ("criterion", "estimate"),
    [
        (Criterion(below=0), Estimate(-0.35, 0.1, 20)),
        (Criterion(below=0), Estimate(-0.3, 0.2, 20)),
        (Criterion(at_least=1.8, at_most=2.2), Estimate(2.1, 0.1, 8)),
        (Criterion(at_least=1.8, at_most=2.2), Estimate(2.3, 0.1, 2)),
        (Criterion(below=0.1), Estimate(0.09**2, 0.003, 16, root=True)),
        (Criterion(below=0.1), Estimate(0.11**2, 0.003, 16, root=True)),
        (Criterion(below=0.1), Estimate(-0.0001, 0.01, 16, root=True)),
    ],
)
def test_the_least_number_of_replicas_that_decides(criterion, estimate):
    def outcome(replicas):
        error = estimate.standard_error * np.sqrt(estimate.replicas / replicas)
        then = dataclasses.replace(estimate, replicas=replicas, standard_error=error)
        return verdict(criterion, *then.interval(0.999))

    needed = estimate.replicas + more_replicas(criterion, [estimate], 0.999)
    assert outcome(needed) != "inconclusive"
    assert outcome(needed - 1) == "inconclusive"


def test_no_number_of_replicas_decides_what_lies_on_the_bound():
    assert more_replicas(Criterion(below=0.5), [Estimate(0.5, 0.1, 10)], 0.95) is None
    assert more_replicas(Criterion(below=0.5), [Estimate(0.5 - 1e-9, 1.0, 10)], 0.95) is None
    assert more_replicas(Criterion(below=0.5), [Estimate(np.nan, np.nan, 0)], 0.95) is None
    assert MOST_REPLICAS > 1e6


def test_replicas_are_counted_until_the_claim_is_decided_not_a_cell():
    below = Criterion(below=0)
    coarse, fine = Estimate(-0.5, 0.2, 16), Estimate(-0.01, 0.02, 16)
    alone = [more_replicas(below, [it], LEVEL) for it in (coarse, fine)]
    assert 10 * alone[0] < alone[1]
    assert more_replicas(below, [coarse, fine], LEVEL) == alone[1]  # both must support it
    above = Estimate(0.5, 0.2, 16)  # one is enough to refute
    assert more_replicas(below, [above, fine], LEVEL) == more_replicas(below, [above], LEVEL)
    undefined = Estimate(np.nan, np.nan, 16)
    assert more_replicas(below, [fine, undefined], LEVEL) is None
    assert more_replicas(below, [above, undefined], LEVEL) == more_replicas(below, [above], LEVEL)


# --- From an interval to a verdict ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("criterion", "interval", "expected"),
    [
        ({"below": 0}, (-2, -1), "supported"),
        ({"below": 0}, (-2, 0), "inconclusive"),
        ({"below": 0}, (0, 1), "refuted"),
        ({"below": 0}, (0, 0), "refuted"),
        ({"at_most": 0}, (-1, 0), "supported"),
        ({"at_most": 0}, (0, 1), "inconclusive"),
        ({"at_most": 0}, (0, 0), "supported"),
        ({"at_most": 0}, (1e-9, 1), "refuted"),
        ({"above": 0}, (0, 1), "inconclusive"),
        ({"above": 0}, (-1, 0), "refuted"),
        ({"at_least": 0}, (0, 1), "supported"),
        ({"at_least": 0}, (-1, 0), "inconclusive"),
        ({"at_least": 1.8, "at_most": 2.2}, (1.8, 2.2), "supported"),
        ({"at_least": 1.8, "at_most": 2.2}, (1.7, 2.3), "inconclusive"),
        ({"at_least": 1.8, "at_most": 2.2}, (1.0, 1.7), "refuted"),
        ({"above": 1.8, "below": 2.2}, (1.8, 2.0), "inconclusive"),
        ({"above": 1.8, "below": 2.2}, (2.2, 2.3), "refuted"),
        ({"below": 0}, (np.nan, np.nan), "not testable"),
        ({"below": 0}, (-np.inf, np.inf), "inconclusive"),
        ({"below": 0}, (-np.inf, -1), "supported"),
        ({"holds": 1}, (1, 2), "supported"),
        ({"holds": 1}, (1.1, 2), "refuted"),
        ({"holds": 1, "excludes": (0.5, 0)}, (0.51, 2), "supported"),
        ({"holds": 1, "excludes": (0.5, 0)}, (0.5, 2), "inconclusive"),
        ({"holds": 1, "excludes": (0.5, 0)}, (-1, 2), "inconclusive"),
        ({"holds": 1, "excludes": (0.5, 0)}, (0.4, 0.9), "refuted"),
        ({"holds": 1}, (np.nan, np.nan), "not testable"),
        ({"at_most": 0, "counterexample": True}, (0, 0), "inconclusive"),
        ({"at_most": 0, "counterexample": True}, (-2, -1), "inconclusive"),
        ({"at_most": 0, "counterexample": True}, (1e-9, 1e-9), "refuted"),
        ({"at_most": 0, "counterexample": True}, (0, 1), "inconclusive"),
    ],
)
def test_verdict_at_the_bounds(criterion, interval, expected):
    assert verdict(Criterion(**criterion), *interval) == expected


SIGNS = {
    "above": lambda x, bound: x > bound,
    "at_least": lambda x, bound: x >= bound,
    "below": lambda x, bound: x < bound,
    "at_most": lambda x, bound: x <= bound,
}


@given(
    lower=st.sampled_from([None, "above", "at_least"]),
    upper=st.sampled_from([None, "below", "at_most"]),
    bounds=st.tuples(st.integers(-3, 3), st.integers(-3, 3)),
    ends=st.tuples(st.integers(-4, 4), st.integers(-4, 4)),
)
def test_verdict_is_what_all_or_none_of_the_interval_says(lower, upper, bounds, ends):
    given_bounds = {
        name: float(bound) for name, bound in zip((lower, upper), bounds, strict=True) if name
    }
    try:
        criterion = Criterion(**given_bounds)
    except ValidationError:
        assume(False)
    low, high = sorted(ends)
    # All bounds and ends are whole: between two halves nothing changes.
    inside = [
        all(SIGNS[name](x / 2, bound) for name, bound in given_bounds.items())
        for x in range(2 * low, 2 * high + 1)
    ]
    expected = "supported" if all(inside) else "inconclusive" if any(inside) else "refuted"
    assert verdict(criterion, low, high) == expected


# --- Claims about several cells -------------------------------------------------------------------


def test_an_uncertain_cell_is_not_hidden_by_a_certain_one():
    # The one that is further from the bound does not decide anything.
    certain, uncertain = Estimate(-0.10, 0.01, 50), Estimate(-0.12, 0.2, 50)
    for estimates in ((certain, uncertain), (uncertain, certain)):
        found = judge("decreases", CLAIMS["decreases"], estimates, LEVEL)
        assert found["verdict"] == "inconclusive"
        assert found["estimate"] == -0.12
    assert judge("a", CLAIMS["decreases"], (certain, certain), LEVEL)["verdict"] == "supported"


def test_a_claim_about_one_layer_is_judged_by_its_curves():
    curves = make_curves(generator(27))
    rate = curves["activation_rate"]
    layers = xr.DataArray([0.0, 1.0], dims="layer", coords={"layer": [1, 2]})
    curves["activation_rate_layer"] = (1 + rate * layers).transpose(..., "layer")
    claim = CLAIMS["decreases"]
    name = f"curves/{claim.experiment}"
    whole = measure("a", claim, {name: curves.assign(activation_rate=1 + rate)})
    for layer, expected in ((2, [it.value for it in whole]), (1, [0.0] * len(whole))):
        changes = {"observable": "activation_rate_layer", "at": {"layer": layer}}
        found = measure("a", claim.model_copy(update=changes), {name: curves})
        assert [it.value for it in found] == expected


def test_a_claim_about_all_cells_is_hardly_ever_supported_by_chance():
    # In one cell nothing changes; in another the little that does is known well.
    supported, trials = 0, 400
    for trial in range(trials):
        rng = generator(22, trial)
        estimates = (Estimate(0.1 * rng.normal(), 0.1, 10_000), Estimate(-0.01, 0.001, 10_000))
        found = judge("decreases", CLAIMS["decreases"], estimates, 0.95)
        supported += found["verdict"] == "supported"
    assert supported <= 0.025 * trials + 4 * np.sqrt(0.025 * trials)


def test_one_refuted_cell_outweighs_many_undecided_ones():
    estimates = (Estimate(0.5, 1.0, 50), Estimate(0.1, 0.01, 50), Estimate(-3.0, 0.01, 50))
    found = judge("decreases", CLAIMS["decreases"], estimates, LEVEL)
    assert (found["verdict"], found["estimate"]) == ("refuted", 0.1)
    # Of two refutations, the one with more between its interval and the criterion.
    estimates = (Estimate(0.5, 0.1, 50), Estimate(0.3, 0.01, 50))
    assert judge("decreases", CLAIMS["decreases"], estimates, LEVEL)["estimate"] == 0.3


@pytest.mark.parametrize(
    ("criterion", "decisive"),
    [
        ({"below": 0.0}, 0.7),
        ({"below": 2.0}, 0.7),
        ({"above": 1.0}, 0.2),
        ({"above": 0.0}, 0.2),
        ({"at_least": 0.1, "at_most": 2.0}, 0.2),
        ({"at_least": 0.0, "at_most": 0.8}, 0.7),
        ({"holds": 0.5}, 0.2),
        ({"holds": 0.65}, 0.2),
    ],
)
def test_which_cell_is_least_favourable_depends_on_the_criterion(criterion, decisive):
    claim = CLAIMS["decreases"].model_copy(update={"criterion": Criterion(**criterion)})
    estimates = tuple(Estimate(value, 0.001, 50) for value in (0.5, 0.7, 0.2, 0.4))
    assert judge("decreases", claim, estimates, LEVEL)["estimate"] == decisive


def test_an_interval_that_holds_too_much_decides_before_one_that_does_not():
    criterion = Criterion(holds=1, excludes=(0.5,))
    claim = CLAIMS["decreases"].model_copy(update={"criterion": criterion})
    sharp, wide, wider = (Estimate(1.0, error, 50) for error in (0.01, 0.3, 0.4))
    assert judge("a", claim, (sharp, sharp), 0.95)["verdict"] == "supported"
    found = judge("a", claim, (sharp, wider, wide), 0.95)
    assert found["verdict"] == "inconclusive"
    low, high = wider.interval(1 - 0.05 / 3)
    assert (found["ci_low"], found["ci_high"]) == (low, high)
    # More networks would exclude what is excluded.
    assert found["more_replicas"] > 50
    beside = Estimate(0.8, 0.01, 50)
    assert judge("a", claim, (sharp, wide, beside), 0.95)["estimate"] == 0.8


def test_what_is_not_left_to_chance_has_no_level():
    exact = tuple(Estimate(value, 0.0, 0) for value in (-0.1, -0.2))
    found = judge("a", CLAIMS["decreases"], exact, None)
    assert (found["verdict"], found["estimate"], found["ci_level"]) == ("supported", -0.1, None)
    assert (found["ci_low"], found["ci_high"]) == (-0.1, -0.1)
    undefined = (*exact, Estimate(np.nan, np.nan, 0))
    assert judge("a", CLAIMS["decreases"], undefined, None)["verdict"] == "not testable"
    with pytest.raises(UserError, match=r"claim a: its number has a standard error; must be of"):
        judge("a", CLAIMS["decreases"], (*exact, Estimate(-0.1, 0.01, 50)), None)


def test_an_undefined_cell_leaves_a_claim_open():
    estimates = (Estimate(-1.0, 0.01, 50), Estimate(np.nan, np.nan, 50))
    found = judge("decreases", CLAIMS["decreases"], estimates, LEVEL)
    assert (found["verdict"], found["estimate"]) == ("not testable", None)
    # One that refutes is enough all the same.
    refuted = judge("decreases", CLAIMS["decreases"], (*estimates, Estimate(1, 0.01, 50)), LEVEL)
    assert (refuted["verdict"], refuted["estimate"]) == ("refuted", 1)


# --- Few networks, no exponent, no counterexample -------------------------------------------------


@pytest.mark.parametrize("level", [0.99, 0.9995, 0.99999])
def test_too_few_networks_decide_nothing_whatever_they_say(level):
    fewest = fewest_networks(level)
    for networks in (fewest - 1, fewest):
        enough = networks == fewest
        for value, sure in ((-5.0, "supported"), (5.0, "refuted")):
            found = judge("a", CLAIMS["decreases"], Estimate(value, 0.1, networks), level)
            assert found["verdict"] == (sure if enough else "not testable")
            assert ("too few" in found["caveat"]) != enough
            assert enough or found["more_replicas"] == 1
    # What is not left to chance takes no networks.
    assert judge("a", CLAIMS["decreases"], Estimate(-5.0, 0.0, 2), level)["verdict"] == "supported"


def test_an_exponent_is_judged_where_curves_coincide_for_one():
    claim = CLAIMS["alpha"]

    def found(apart, error, value=2.0, networks=100):
        closest = Estimate(apart**2, error, networks, root=True)
        estimate = Estimate(value, 0.01, networks, closest=closest)
        return judge("a", claim, estimate, 0.99)

    assert OVERLAP == 0.1
    assert found(0.05, 1e-4)["verdict"] == "supported"
    assert found(0.05, 1e-4, value=3.0)["verdict"] == "refuted"
    for value in (2.0, 3.0):
        assert found(0.3, 1e-4, value=value)["verdict"] == "no exponent"
    # Only where the curves are known to lie apart.
    assert found(0.3, 0.05)["verdict"] == "supported"
    assert found(0.3, 1e-4, value=np.nan)["verdict"] == "no exponent"
    assert found(0.05, 1e-4, value=np.nan)["verdict"] == "not testable"
    assert found(0.3, 1e-4, value=np.nan, networks=3)["verdict"] == "not testable"
    # There are two intervals, each of which may miss.
    assert found(0.05, 1e-4)["ci_level"] == pytest.approx(0.995)


def test_curves_without_a_common_exponent_are_said_to_have_none():
    curves = make_curves(generator(28), replicas=64, noise=0.01)
    level = xr.DataArray([0.0, 0.25, 0.5], dims="learning_rate")
    time = curves["record"] / curves["record"].max()
    curves["activation_rate"] = curves["activation_rate"] + level * time**2
    found = judged(curves, names=["alpha", "alpha-early"])
    assert found["alpha"]["verdict"] == "no exponent"
    assert "come closest at" in found["alpha"]["caveat"]


def test_dead_networks_and_floors_are_told_with_each_claim():
    curves = make_curves(generator(30), replicas=20)
    rate = curves["activation_rate"]
    layers = xr.DataArray([1.0, 1.0], dims="layer", coords={"layer": [1, 2]})
    curves["activation_rate_layer"] = (rate * layers).transpose(..., "layer")
    names = [name for name, entry in CLAIMS.items() if getattr(entry, "batch_size", None) == 1]
    assert {"alpha", "agreement", "activation-bound"} <= {*names}
    assert not any("silent" in entry["caveat"] for entry in judged(curves, names=names).values())
    curves["activation_rate_layer"][1, 0, 0, :3, -1, 1] = 0
    curves["activation_rate_layer"][1, 0, 0, 2:4, -1, 0] = 0
    curves["activation_rate_layer"][1, 1, 0, :, -1, 0] = 0  # of another batch size
    told, cell = "networks with a silent layer at the end: ", " with η = 0.05, |B| = 1"
    for name, entry in judged(curves, names=names).items():
        total = 16 if name in OF_CURVATURE else 20  # those that are measured
        assert f"{told}4 of {total}{cell}" in entry["caveat"]
        assert entry["n_replicas"] == total  # they are counted, not left out
    of_all_cells = judged(curves, names=["product", "gauss-newton"])
    for entry in of_all_cells.values():
        assert f"{told}4 of 16{cell}, 16 of 16 with η = 0.05, |B| = 2" in entry["caveat"]
    both = read(curves) | {"curves/other": curves.isel(record=slice(-1))}
    for paired in measure("lower", OTHERS["lower"], both):
        assert f"networks of toy {told.removeprefix('networks ')}4 of 20{cell}" in paired.caveat
        assert "networks of other" not in paired.caveat
    last = rate.sel(batch_size=1).isel(record=-1, learning_rate=0, seed=0).values
    floor = float(np.sort(last)[4] / 1.1) + 1e-9
    floored = CLAIMS["decreases"].model_copy(update={"floor": floor})
    (caveat,) = {it.caveat for it in measure("a", floored, read(curves))}
    assert f"{told}4 of 20{cell}" in caveat
    assert f"{last.mean() / floor:.3g} times it with η = 0.025 (25% of the networks" in caveat


def test_absence_of_counterexamples_supports_a_theorem_alone():
    curves = make_curves(generator(29))
    curvature = make_curvature(generator(29), curves)
    of_files = read(curves, curvature)
    criterion = Criterion(at_most=0, counterexample=True)
    printed = CLAIMS["bound"].model_copy(update={"criterion": criterion})
    (found,) = (judge("a", printed, measure("a", printed, of_files), None),)
    assert (found["verdict"], found["more_replicas"]) == ("inconclusive", None)
    assert found["criterion"] == "≤ 0 without exception"
    assert "0 of" in found["caveat"]
    curvature["violations_bound"][0, 0, 0, 0, 0] = 1
    assert judge("a", printed, measure("a", printed, of_files), None)["verdict"] == "refuted"


# --- What a verdict says --------------------------------------------------------------------------


def test_a_verdict_says_what_it_rests_on():
    claim = CLAIMS["overlaps-eta2"].model_copy(update={"figure": "fig3", "caveat": "of toys"})
    estimate = Estimate(0.0064, 0.0004, 30, "2 of 32 networks diverged", root=True, cell="η = 0.05")
    assert judge("overlaps", claim, estimate, 0.99) == {
        "id": "overlaps",
        "source": "Fig. 3",
        "statement": "A statement.",
        "experiment": "toy",
        "statistic": "collapse_error",
        "estimate": pytest.approx(0.08),
        "ci_low": estimate.interval(0.99)[0],
        "ci_high": estimate.interval(0.99)[1],
        "ci_level": 0.99,
        "n_replicas": 30,
        "criterion": "< 0.1",
        "criterion_low": None,
        "criterion_high": 0.1,
        "verdict": "supported",
        "figure": "fig3",
        "units": "",
        "caveat": "of toys; 2 of 32 networks diverged",
        "cell": "η = 0.05",
    }


def test_resamples_depend_on_the_id_alone():
    curves = make_curves(generator(23), replicas=10)
    claim = CLAIMS["faster"]
    first, again, other = (
        measure(name, claim, read(curves)) for name in ("faster", "faster", "fast")
    )
    assert again == first
    for one, two in zip(first, other, strict=True):
        assert two.value == one.value
        assert two.standard_error != one.standard_error
        assert two.standard_error == pytest.approx(one.standard_error, rel=0.2)


# --- Files ----------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    """Curves and curvature in files, and claims about them."""
    curves = make_curves(generator(24), replicas=8)
    netcdf.write(curves, tmp_path / "curves.nc")
    netcdf.write(make_curvature(generator(24), curves, replicas=8), tmp_path / "curvature.nc")
    names = ("decreases", "overlaps-eta2", "product", "activation-bound")
    settings = ClaimsSettings(
        claims={name: CLAIMS[name] for name in names}, levels=dict.fromkeys(names, 0.99)
    )
    assert settings.reads == ("curves/toy", "measurements/hessian_chain/toy")
    return settings, tmp_path / "curves.nc", tmp_path / "curvature.nc"


def test_from_files_to_a_file(files, tmp_path):
    settings, curves, curvature = files
    evaluate(settings, [curves, curvature], tmp_path / "claims" / "toy.json")
    found = json.loads((tmp_path / "claims" / "toy.json").read_text("utf-8"))
    content = read(netcdf.read(curves), netcdf.read(curvature))
    assert found == [
        judge(name, claim, measure(name, claim, content), 0.99)
        for name, claim in settings.claims.items()
    ]
    # Two of these claims are about three rates each, whose intervals share the error.
    levels = [claim.ci_level for claim in read_claims(found)]
    assert levels == pytest.approx([1 - 0.01 / 3, 0.99, 0.99, 1 - 0.01 / 3])


def test_other_claims_change_nothing_and_settings_survive_the_command_line(files, tmp_path):
    settings, curves, curvature = files
    fewer = settings.model_copy(update={"claims": {"product": settings.claims["product"]}})
    passed = ClaimsSettings.model_validate_json(canonical_json(settings))
    files_of = read(curves, curvature)
    paths = [tmp_path / f"{name}.json" for name in ("all", "passed", "fewer")]
    for one, path in zip((settings, passed, fewer), paths, strict=True):
        evaluate(one, [files_of[name] for name in one.reads], path)
    everything, again, few = (json.loads(path.read_text("utf-8")) for path in paths)
    by_id = {entry["id"]: entry for entry in everything}
    assert {entry["id"]: entry for entry in again} == by_id
    assert few == [by_id["product"]]
    before = paths[0].read_bytes()
    evaluate(settings, [curves, curvature], paths[0])
    assert paths[0].read_bytes() == before


def ledger(*order):
    return LedgerSettings(order=order)


def test_gathering_keeps_the_order_of_the_claims(files, tmp_path):
    settings, curves, curvature = files
    files_of = read(curves, curvature)
    parts = []
    for name in ("product", "decreases", "overlaps-eta2"):
        parts.append(tmp_path / f"{name}.json")
        one = settings.model_copy(update={"claims": {name: settings.claims[name]}})
        evaluate(one, [files_of[name] for name in one.reads], parts[-1])
    order = ("overlaps-eta2", "decreases", "product")
    gather(ledger(*order), parts, tmp_path / "claims.json")
    found = read_claims(json.loads((tmp_path / "claims.json").read_text("utf-8")))
    assert tuple(claim.id for claim in found) == order
    with pytest.raises(UserError, match="1 claims have no verdict: lost"):
        gather(ledger(*order, "lost"), parts, tmp_path / "other.json")
    assert not (tmp_path / "other.json").exists()


def test_the_ledger_tells_paper_and_kind_where_they_are_not_the_first(tmp_path):
    part = tmp_path / "part.json"
    part.write_bytes(to_json([{"id": "a"}, {"id": "b"}]))
    settings = LedgerSettings(
        order=("a", "b"), papers={"b": "cycles"}, kinds={"b": "P"}, opens={"a": "exponent"}
    )
    gather(settings, [part], tmp_path / "claims.json")
    found = json.loads((tmp_path / "claims.json").read_text("utf-8"))
    assert found == [{"id": "a", "opens": "exponent"}, {"id": "b", "paper": "cycles", "kind": "P"}]


def test_a_file_that_lacks_what_a_claim_is_about_is_refused(files, tmp_path):
    settings, curves, curvature = files
    poor = netcdf.read(curves).drop_vars("activation_rate").drop_encoding()
    netcdf.write(poor, tmp_path / "poor.nc")
    with pytest.raises(UserError, match="activation_rate"):
        evaluate(settings, [tmp_path / "poor.nc", curvature], tmp_path / "toy.json")
    with pytest.raises(UserError, match=r"absent\.nc"):
        evaluate(settings, [curves, tmp_path / "absent.nc"], tmp_path / "toy.json")
    assert not (tmp_path / "toy.json").exists()
