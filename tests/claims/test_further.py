"""Statistics of what the paper says beside its figures, on curves whose answer is known."""

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError
from synthetic_experiments import (
    END,
    RELAXATION,
    generator,
    make_cells,
    make_curvature,
    make_curves,
)

from thermophoresis.claims.cells import select_cells
from thermophoresis.claims.judge import judge, measure
from thermophoresis.claims.statistics.diverged_fraction import diverged_fraction
from thermophoresis.claims.statistics.monotone_fraction import monotone_fraction
from thermophoresis.claims.statistics.pair_collapse_error import pair_collapse_errors
from thermophoresis.claims.statistics.slowdown_explained import slowdown_explained
from thermophoresis.config.claims import Ledger
from thermophoresis.errors import UserError

LEVEL = 0.99


def claim(statistic, criterion, **other):
    entry = {
        "source": "A.7",
        "statement": "A statement.",
        "experiment": "toy",
        "because": "A reason.",
        "statistic": statistic,
        "criterion": criterion,
        **other,
    }
    return Ledger(claims={"it": entry}).claims["it"]


def verdict(entry, curves, curvature=None):
    read = {"curves/toy": curves, "measurements/hessian_chain/toy": curvature}
    return judge("it", entry, measure("it", entry, read), LEVEL)


def of_cells(**other):
    return {"observable": "activation_rate", "batch_size": 1, **other}


# --- How much of a curve falls --------------------------------------------------------------------


def test_the_fraction_that_falls_is_counted_in_each_cell():
    falling = np.arange(21, 0, -1.0)
    half = np.where(np.arange(21) % 2, 5.0, 0.0)  # up, down, up, down
    curves = np.stack([falling, half])[:, np.newaxis] + np.zeros((1, 6, 1))
    found = monotone_fraction(make_cells(curves), generator(0))
    assert [it.value for it in found] == [1.0, 0.5]
    assert [it.standard_error for it in found] == [0, 0]


def test_what_noise_hides_is_not_certain():
    rng = generator(1)
    flat = 0.1 * rng.normal(size=(1, 16, 41)) - 0.02 * np.arange(41)
    (found,) = monotone_fraction(make_cells(flat), rng)
    assert 0.5 < found.value < 1
    assert found.standard_error > 0.01


def test_curves_that_rise_refute_that_they_fall():
    curves = make_curves(generator(2), noise=0.001)
    entry = claim("monotone_fraction", {"at_least": 0.95}, **of_cells())
    assert verdict(entry, curves)["verdict"] == "supported"
    curves["activation_rate"] = -curves["activation_rate"]
    assert verdict(entry, curves)["verdict"] == "refuted"
    with pytest.raises(ValidationError, match="a fraction is between 0 and 1"):
        claim("monotone_fraction", {"at_least": 1.5}, **of_cells())


# --- Whether the error explains that a drift slows down -------------------------------------------


def third(function, first, last):
    """Mean of a function over a third of τ, equal in √τ, in closed form by quadrature."""
    tau = END * np.linspace(first, last, 20_001) ** 2
    return np.trapezoid(function(tau), tau) / (tau[-1] - tau[0])


def test_the_ratio_of_falls_is_that_of_the_functions():
    curves = make_curves(generator(3), noise=0.0, records=301, replicas=4)
    (found, *_) = slowdown_explained(
        select_cells(curves, ["activation_rate", "squared_error"], batch_size=1), generator(0)
    )
    error = [third(lambda it: 0.05 + 0.2 * np.exp(-it / RELAXATION), *ends)
             for ends in ((0, 1 / 3), (2 / 3, 1))]  # fmt: skip
    slope = [third(lambda it: 0.3 / RELAXATION * np.exp(-it / RELAXATION), *ends)
             for ends in ((0, 1 / 3), (2 / 3, 1))]  # fmt: skip
    expected = (1 - error[1] / error[0]) / (1 - slope[1] / slope[0])
    assert found.value == pytest.approx(expected, rel=1e-3)


def test_an_error_that_rises_does_not_explain_it():
    curves = make_curves(generator(4), noise=0.003)
    entry = claim("slowdown_explained", {"at_least": 0.5}, **of_cells())
    assert verdict(entry, curves)["verdict"] == "supported"
    curves["squared_error"] = 0.5 - curves["squared_error"]
    found = verdict(entry, curves)
    assert found["verdict"] == "refuted"
    assert found["estimate"] < 0
    with pytest.raises(ValidationError, match="which is to explain"):
        claim("slowdown_explained", {"at_least": 0.5}, **of_cells(observable="squared_error"))


def test_three_records_have_no_thirds():
    cells = make_cells(np.ones((2, 4, 3)), np.ones((2, 4, 3)))
    (found,) = slowdown_explained(cells, generator(0))
    assert np.isnan(found.value)
    assert found.caveat == "too few records"


# --- What does not change -------------------------------------------------------------------------


def test_a_count_that_stays_0_has_no_interval():
    curves = make_curves(generator(6), replicas=8)
    entry = claim("change", {"above": 0}, **of_cells())
    assert verdict(entry, curves)["verdict"] == "refuted"
    curves["activation_rate"] = 0 * curves["activation_rate"]
    found = verdict(entry, curves)
    assert (found["verdict"], found["estimate"]) == ("not testable", 0)
    assert "all networks change by the same" in found["caveat"]


# --- Pairs of cells -------------------------------------------------------------------------------


def test_every_pair_coincides_in_thermal_time_and_no_other():
    curves = make_curves(generator(5), noise=0.003, replicas=64)
    entry = claim("pair_collapse_error", {"below": 0.1}, observable="activation_rate",
                  rate_exponent=2, batch_exponent=1)  # fmt: skip
    assert verdict(entry, curves)["verdict"] == "supported"
    along_eta = entry.model_copy(update={"rate_exponent": 1.0})
    assert verdict(along_eta, curves)["verdict"] == "refuted"
    # Cells of equal η/|B| coincide in either.
    equal = along_eta.model_copy(update={"batch_exponent": 0.0, "among": "equal_noise"})
    found = verdict(equal, curves)
    assert found["verdict"] == "supported"


def test_pairs_are_named_and_chosen():
    curves = make_curves(generator(6), noise=0.003)
    cells = select_cells(curves, ["activation_rate"])
    every = pair_collapse_errors(cells, 2, 1, generator(0))
    assert len(every) == 9 * 8 // 2
    equal = pair_collapse_errors(cells, 2, 1, generator(0), equal_noise=True)
    assert {it.cell for it in equal} == {
        "η = 0.025, |B| = 1 against η = 0.05, |B| = 2",
        "η = 0.05, |B| = 1 against η = 0.1, |B| = 2",
    }
    few = select_cells(curves, ["activation_rate"], learning_rate=0.05)
    with pytest.raises(UserError, match="no two cells of equal"):
        pair_collapse_errors(few, 2, 1, generator(0), equal_noise=True)


# --- Networks that diverge ------------------------------------------------------------------------


@pytest.fixture
def diverging():
    curves = make_curves(generator(7), replicas=8)
    gone = xr.zeros_like(curves["loss"], dtype=np.int8)
    gone[
        {"learning_rate": 2, "batch_size": 0, "replica": slice(0, 2), "record": slice(15, None)}
    ] = 1
    tau = curves["learning_rate"] ** 2 / curves["batch_size"] * curves["step"]
    return curves.assign(diverged=gone).assign_coords(
        thermal_time=tau.transpose(*curves["step"].dims)
    )


def test_networks_are_counted_by_the_time_of_the_claim(diverging):
    at = {"learning_rate": 0.1, "batch_size": 1}
    tau = diverging["thermal_time"].sel(at).values
    for time, expected in ((tau[15], 0.25), (tau[14], 0.0), (tau[14] + 1e-3, 0.25)):
        (found,) = diverged_fraction(diverging, time, **at)
        assert (found.value, found.standard_error, found.replicas) == (expected, 0.0, 8)
    assert found.caveat.startswith("2 of 8 networks")
    with pytest.raises(UserError, match="a run ends before it"):
        diverged_fraction(diverging, 1000.0, **at)


def test_one_network_that_diverged_refutes_stability(diverging):
    entry = claim("diverged_fraction", {"at_most": 0}, batch_size=1, thermal_time=20.0)
    found = verdict(entry, diverging)
    assert (found["verdict"], found["estimate"]) == ("refuted", 0.25)
    diverging["diverged"][:] = 0
    assert verdict(entry, diverging)["verdict"] == "supported"


# --- All that was measured ------------------------------------------------------------------------


def test_the_least_and_the_largest_of_all_values_decide():
    curves = make_curves(generator(8), replicas=8)
    curvature = make_curvature(generator(9), curves, replicas=8)
    curvature["trace_bound"] = 0 * curvature["trace_bound"] + 1
    entry = claim("every_value", {"at_least": 0.9, "at_most": 1.1}, kind="T",
                  measurement="hessian_chain", variable="trace_bound")  # fmt: skip
    assert verdict(entry, curves, curvature)["verdict"] == "supported"
    for value in (0.5, 1.5):
        curvature["trace_bound"][2, 1, 0, 3, 4] = value
        found = verdict(entry, curves, curvature)
        assert (found["verdict"], found["estimate"]) == ("refuted", value)
    curvature["trace_bound"][2, 1, 0, 3, 4] = np.nan
    found = verdict(entry, curves, curvature)
    assert found["verdict"] == "supported"
    assert "of 1 of 8 networks some numbers are not finite" in found["caveat"]
    curvature["trace_bound"][:] = np.nan
    assert verdict(entry, curves, curvature)["verdict"] == "not testable"
    with pytest.raises(UserError, match="has no variable other"):
        verdict(entry.model_copy(update={"variable": "other"}), curves, curvature)
