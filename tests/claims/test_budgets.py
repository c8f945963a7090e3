"""Statistics of drift budgets against budgets that are known, and what they refuse."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from synthetic_budgets import BATCHES, NAME, OF, RATES, TERM, make, parts_of, sum_of
from synthetic_experiments import generator

from thermophoresis.analysis.budget import integral
from thermophoresis.claims.judge import judge, measure
from thermophoresis.config.claim import AnyClaim
from thermophoresis.errors import UserError

ONE = {"learning_rate": 0.1, "batch_size": 2}
WHOLE = ("first", "noise", "mean_square", "remainder")


def claim(statistic, criterion=None, **other):
    return TypeAdapter(AnyClaim).validate_python(
        {
            "source": "title",
            "statement": "Noise does it.",
            "statistic": statistic,
            "criterion": criterion or {"below": 0},
            "experiment": "budget",
            "observable": NAME,
            "of": "squared_error",
            **other,
        }
    )


def of(dataset, statistic, **other):
    return measure("budget", claim(statistic, **other), {"curves/budget": dataset})


def quiet(**other):
    return make(generator(1), walk=0, noise=0, **{"records": 301, "replicas": 2, **other})


def changes(rate, batch, tau, terms=WHOLE):
    return sum(sum_of(*parts_of(rate, batch)[it], tau) for it in terms)


# --- What is left ---------------------------------------------------------------------------------


def test_nothing_is_left_of_a_complete_budget():
    found = of(quiet(), "budget_residual")
    assert [it.cell for it in found[:3]] == [
        f"η = 0.05, |B| = 1, {third}" for third in ("first third", "second third", "end")
    ]
    assert len(found) == 12
    for it in found:
        # What is left is half a step of the rates' difference, for these have no steps.
        assert abs(it.value) < 0.006 * RATES.max() ** 2 * 10
        assert "with every second record the sum is" in it.caveat


def test_what_is_left_is_what_is_left_out_at_each_third():
    found = of(quiet(), "budget_residual", terms=["first"], **ONE)
    for it, third in zip(found, (1 / 3, 2 / 3, 1), strict=True):
        expected = changes(0.1, 2, 9.0 * third**2, WHOLE[1:])
        assert it.value == pytest.approx(expected, abs=3e-4)
    relative = of(quiet(), "budget_residual", terms=["first"], relative=True, **ONE)
    change = abs(changes(0.1, 2, 9.0))
    assert relative[-1].value == pytest.approx(found[-1].value / change, rel=1e-3)


def test_against_a_slow_implementation():
    dataset = make(generator(2), replicas=40)
    found = of(dataset, "budget_residual", **ONE)
    cell = dataset[NAME].sel(learning_rate=0.1, batch_size=2, **{OF: "squared_error"})
    tau = dataset["thermal_time"].values[0, 0].tolist()
    for it, last in zip(found, (10, 20, 30), strict=True):
        left = []
        for seed in range(2):
            for replica in range(40):
                own = {
                    term: cell.sel(seed=seed, replica=replica, **{TERM: term}).values.tolist()
                    for term in ("value", *WHOLE)
                }
                rest = own["value"][last] - own["value"][0]
                for term in WHOLE:
                    for k in range(last):
                        one, other = (
                            2 * tau[at] ** 0.5 * own[term][at] for at in (k, k + 1)
                        )  # fmt: skip
                        rest -= (one + other) / 2 * (tau[k + 1] ** 0.5 - tau[k] ** 0.5)
                    rest -= 0.1**2 / 2 / 2 * (own[term][0] - own[term][last])
                left.append(rest)
        assert it.value == pytest.approx(np.mean(left), rel=1e-9)
        # Of the bootstrap with a thousand resamples.
        assert it.standard_error == pytest.approx(np.std(left, ddof=1) / 80**0.5, rel=0.12)


def test_bands_over_all_thirds_hold_what_is_there_as_often_as_they_say():
    trials, held, level = 60, 0, 0.9
    complete = claim("budget_residual", {"holds": 0.0}, **ONE)
    for trial in range(trials):
        dataset = make(generator(3, trial), replicas=12)
        found = measure("budget", complete, {"curves/budget": dataset})
        held += judge("budget", complete, found, level)["verdict"] == "supported"
    assert held / trials > level - 4 * (level * (1 - level) / trials) ** 0.5
    lacking = claim("budget_residual", {"holds": 0.0}, terms=["noise", "remainder"], **ONE)
    found = measure("budget", lacking, {"curves/budget": dataset})
    assert judge("budget", lacking, found, level)["verdict"] == "refuted"


def test_changes_within_their_noise_are_no_unit():
    dataset = make(generator(4), walk=3.0, replicas=6)
    (nothing,) = of(dataset, "budget_residual", relative=True)
    assert np.isnan(nothing.value)
    assert nothing.caveat == "no change exceeds 5 of its standard errors"
    # Somewhere the change is large enough.
    dataset = make(generator(4), walk=0.12, replicas=16)
    thirds = [it.cell for it in of(dataset, "budget_residual", relative=True, **ONE)]
    assert thirds == ["second third"]


@pytest.mark.parametrize("statistic", ["budget_residual", "budget_share", "budget_term"])
def test_no_network_is_left_out_but_the_budget_of_all_ends_before_one_is_lost(statistic):
    whole, terms = make(generator(5)), {} if "residual" in statistic else {"terms": "noise"}
    lost = whole.copy(deep=True)
    lost[NAME][dict(learning_rate=1, batch_size=1, seed=1, replica=3, record=slice(22, None))] = (
        np.nan
    )
    shortened = whole.isel(record=slice(22))
    found, expected = (of(it, statistic, **terms, **ONE) for it in (lost, shortened))
    assert [it.value for it in found] == [it.value for it in expected]
    assert all(it.replicas == 16 for it in found)
    assert all("a network is lost behind τ = 4.41" in it.caveat for it in found)
    # Other cells go on.
    other = {**ONE, "batch_size": 1}
    assert [it.value for it in of(lost, statistic, **terms, **other)] == [
        it.value for it in of(whole, statistic, **terms, **other)
    ]


# --- Shares, terms, scaling -----------------------------------------------------------------------


@pytest.mark.parametrize("tau", [None, 1.0, 2.345])
def test_shares_have_their_signs_and_are_not_clipped(tau):
    found = of(quiet(), "budget_share", terms=["noise", "mean_square"], up_to=tau)
    cells = [(rate, batch) for rate in RATES for batch in BATCHES]
    for it, (rate, batch) in zip(found, cells, strict=True):
        at = tau or 9.0
        expected = changes(rate, batch, at, WHOLE[1:3]) / changes(rate, batch, at)
        assert it.value == pytest.approx(expected, rel=0.01)
        assert it.cell == f"η = {rate:g}, |B| = {batch}"
    assert found[1].value < 0 < found[0].value


def test_shares_among_terms_are_of_their_sizes():
    (found,) = of(quiet(), "budget_share", terms="mean_square", among=WHOLE[:3], **ONE)
    sizes = [abs(changes(0.1, 2, 9.0, [it])) for it in WHOLE[:3]]
    assert found.value == pytest.approx(sizes[2] / sum(sizes), rel=0.01)


def test_a_share_is_a_ratio_of_means_with_its_error_by_the_delta_method():
    (found,) = of(make(generator(6), replicas=60), "budget_share", terms="first", **ONE)
    dataset = make(generator(6), replicas=60)
    cell = dataset[NAME].sel(ONE | {OF: "squared_error"})
    first = integral(cell.sel({TERM: "first"}), 0.1**2 / 2).isel(record=-1).values.ravel()
    value = cell.sel({TERM: "value"})
    change = (value.isel(record=-1) - value.isel(record=0)).values.ravel()
    ratio = first.mean() / change.mean()
    error = np.std((first - ratio * change) / change.mean(), ddof=1) / len(change) ** 0.5
    assert found.value == pytest.approx(ratio, rel=1e-9)
    assert found.standard_error == pytest.approx(error, rel=0.15)


def test_terms_have_their_signs_in_units_of_the_start():
    dataset = quiet()
    start = float(dataset[NAME].sel({OF: "squared_error", TERM: "value"}).isel(record=0).mean())
    for relative, unit in ((True, abs(start)), (False, 1.0)):
        (found,) = of(dataset, "budget_term", terms="noise_VV", relative=relative, **ONE)
        assert found.value == pytest.approx(changes(0.1, 2, 9.0, ["noise"]) / unit, rel=0.01)
    (late,) = of(dataset, "budget_term", terms="noise", up_to=10.0, **ONE)
    assert np.isnan(late.value)
    assert late.caveat == "not all cells reach that thermal time"


@pytest.mark.parametrize("fit", ["exponent", "intercept"])
def test_how_a_share_goes_with_the_drive(fit):
    """Over four cells, by numpy's own fit of shares that are known."""
    (found,) = of(quiet(), "budget_scaling", terms="noise", up_to=1.0, fit=fit)
    cells = [(rate, batch) for rate in RATES for batch in BATCHES]
    x = np.array([rate / batch for rate, batch in cells])
    y = np.array([changes(*it, 1.0, ["noise"]) / changes(*it, 1.0) for it in cells])
    slope = np.polyfit(np.log(x), np.log(y), 1)[0]
    expected = slope if fit == "exponent" else np.polyfit(x, y, 1)[1]
    assert found.value == pytest.approx(expected, rel=0.01, abs=1e-4)
    dataset = make(generator(7), replicas=20, walk=0.01)
    (noisy,) = of(dataset, "budget_scaling", terms="noise", up_to=1.0, fit=fit)
    assert abs(noisy.value - expected) < 5 * noisy.standard_error < 1


def test_a_share_below_zero_has_no_exponent():
    (found,) = of(quiet(), "budget_scaling", terms="mean_square", up_to=1.0)
    assert np.isnan(found.value)
    assert found.caveat == "not defined"


def test_several_quantities_are_told_apart():
    found = of(quiet(), "budget_share", of=["squared_error", "activation_rate"], terms="noise")
    assert [it.cell for it in found[:2]] == [
        f"η = 0.05, |B| = 1, {it}" for it in ("squared_error", "activation_rate")
    ]


# --- What is refused ------------------------------------------------------------------------------


def test_terms_that_do_not_exist_in_a_file_are_refused():
    with pytest.raises(UserError, match="there is no first_W, noise_bb in this budget"):
        of(quiet(), "budget_share", terms=["noise", "first_W", "noise_bb"])
    with pytest.raises(UserError, match="the file holds no drift_budget_sampled"):
        of(quiet().drop_vars(NAME), "budget_share", terms="noise")


@pytest.mark.parametrize(
    ("statistic", "other", "words"),
    [
        ("budget_share", {"terms": ["nois"]}, "did you mean 'noise'"),
        ("budget_share", {"terms": ["value"]}, "must be one of first"),
        ("budget_share", {"terms": "noise", "among": ["loss"]}, "must be one of first"),
        ("budget_share", {"terms": "noise", "of": "loss"}, "must be one of gradient_variance"),
        ("budget_share", {"terms": "noise", "observable": "loss"}, "must be a drift budget"),
        ("budget_share", {"terms": "noise", "observable": "los"}, "did you mean 'loss'"),
        ("budget_scaling", {"terms": "noise", "up_to": 1.0, **ONE}, "cells are to differ"),
        ("budget_scaling", {"terms": "noise"}, "up_to"),
    ],
)
def test_what_a_budget_does_not_have_is_refused_before_anything_runs(statistic, other, words):
    with pytest.raises(ValidationError, match=words):
        claim(statistic, **other)
