"""Statistics about the slow flow and the level of ‖V‖², on curves whose values are known."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import solve_ivp
from scipy.special import ndtr

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.late import late_weights
from thermophoresis.claims.statistics import distance_from_theory, norm_balance, norm_plateau
from thermophoresis.errors import UserError

RATES, BATCHES = (0.0125, 0.05), (1, 2)
REPLICAS, UNITS, RECORDS, END, HIDDEN = 40, 3, 21, 10.0, 12
SHAPE = (2, 2, 1, REPLICAS, RECORDS)
DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")
TERMS = ("value", "first_V", "noise_VV", "mean_square", "noise_WW")


def curves(bend=0.0, noise=0.0):
    """Networks on the slow flow, by integration in time, and what leads away from it."""
    rng = np.random.default_rng(5)
    rate, batch = np.array(RATES)[:, None, None], np.array(BATCHES)[:, None]
    step = np.round(END * np.linspace(0, 1, RECORDS) ** 2 * batch / rate**2)
    tau = step * rate**2 / batch
    z0 = rng.normal(0, 0.5, REPLICAS * UNITS)

    def slow(_, z):
        return -np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) / 8

    times = tau[0, 0]
    z = solve_ivp(slow, (0, times[-1] + 1e-9), z0, t_eval=times, rtol=1e-9, atol=1e-10).y
    units = np.broadcast_to(
        ndtr(z).reshape(REPLICAS, UNITS, RECORDS).transpose(0, 2, 1), (*SHAPE, UNITS)
    )
    away = bend * rate[..., None, None] * np.sin(np.pi * times / END)
    mean = units.mean(-1) + away + noise * rng.normal(size=SHAPE)
    norm = np.sqrt(HIDDEN * rate / (2 * batch))[..., None, None] * np.ones(SHAPE)
    return xr.Dataset(
        {
            "activation_rate": (DIMENSIONS, mean),
            "activation_rate_unit": ((*DIMENSIONS, "layer", "unit"), units[..., None, :]),
            "second_layer_norm": (DIMENSIONS, norm),
            "trained": (DIMENSIONS[:2], np.ones((2, 2), np.int8)),
        },
        {
            "learning_rate": list(RATES),
            "batch_size": list(BATCHES),
            "seed": [0],
            "replica": np.arange(REPLICAS),
            "step": (("learning_rate", "batch_size", "record"), step),
        },
        {"configuration": json.dumps({"network": {"hidden": HIDDEN}})},
    )


def budget(step_of_first, noise, mean_square=0.0):
    """A budget in which only ‖V‖² changes, of given rates along the records."""
    rates = np.zeros((*SHAPE, 2, len(TERMS)))
    rates[..., 0, :] = 7.0  # of something else
    rates[..., 1, TERMS.index("first_V")] = -np.asarray(step_of_first)
    rates[..., 1, TERMS.index("noise_VV")] = noise
    rates[..., 1, TERMS.index("mean_square")] = mean_square
    rates[..., 1, TERMS.index("noise_WW")] = 100.0
    dimensions = (*DIMENSIONS, "budget_of", "budget_term")
    return (
        curves()
        .assign(drift_budget=(dimensions, rates))
        .assign_coords(budget_of=["mean_bias", "second_layer_square"], budget_term=list(TERMS))
    )


def found(statistic, read, observables, **asked):
    claim = SimpleNamespace(
        curves="curves/it",
        experiment="it",
        observables=observables,
        learning_rate=None,
        batch_size=None,
        cells={},
    )
    vars(claim).update(asked)
    return statistic.estimate(claim, {"curves/it": read}, np.random.default_rng(1))


def distance(read, **asked):
    return found(distance_from_theory, read, ("activation_rate", "activation_rate_unit"), **asked)


def balance(read, **asked):
    return found(norm_balance, read, ("drift_budget",), **asked)


def level(read, **asked):
    return found(norm_plateau, read, ("second_layer_norm",), **asked)


def test_networks_on_the_slow_flow_are_at_no_distance():
    for estimate in distance(curves()):
        assert estimate.value == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("bend", [0.4, -0.4])
def test_the_distance_is_the_largest_deviation_over_the_fall(bend):
    read = curves(bend=bend)
    (estimate,) = distance(read, learning_rate=0.05, batch_size=1)
    mean = (
        read["activation_rate_unit"]
        .sel(learning_rate=0.05, batch_size=1)
        .mean(("seed", "replica", "layer", "unit"))
    )
    assert estimate.value == pytest.approx(0.4 * 0.05 / float(mean[0] - mean[-1]), rel=0.01)
    assert estimate.limits[0] == 0
    assert estimate.replicas == REPLICAS


def test_where_it_starts_does_not_count():
    """Networks differ far more at the start than the flow moves them; that is no error of it."""
    (estimate,) = distance(curves(bend=0.4, noise=1e-4), learning_rate=0.05, batch_size=1)
    assert 0 < estimate.standard_error < 5e-3


def test_a_diverged_network_is_left_out():
    read = curves()
    read["activation_rate"][0, 0, 0, 7, 4:] = np.nan
    (estimate,) = distance(read, learning_rate=RATES[0], batch_size=1)
    assert estimate.replicas == REPLICAS - 1
    assert estimate.caveat == f"1 of {REPLICAS} networks are left out"


def test_late_is_the_last_third_of_a_run_and_records_count_by_the_time_they_stand_for():
    view = cells_with(curves(), ["activation_rate"])
    weights = late_weights(view)
    tau = END * np.linspace(0, 1, RECORDS) ** 2
    late = tau >= END * 4 / 9
    assert np.all((weights > 0) == late)
    np.testing.assert_allclose(weights @ np.ones(RECORDS), END - tau[late][0], rtol=1e-3)
    # The rule is exact for what is linear in time.
    expected = (END**2 - tau[late][0] ** 2) / 2
    np.testing.assert_allclose(weights @ tau, expected, rtol=1e-3)


def test_the_balance_is_of_late_means():
    early = np.where(np.linspace(0, 1, RECORDS) < 0.6, 99.0, 0.9)
    for estimate in balance(budget(early, noise=1.2)):
        assert estimate.value == pytest.approx(0.75, rel=1e-6)
    for estimate in balance(budget(early, noise=0.9, mean_square=0.9)):
        assert estimate.value == pytest.approx(0.5, rel=1e-6)


def test_the_level_is_that_of_the_cell():
    read = curves()
    assert [it.value for it in level(read)] == pytest.approx([1] * 4)
    read["second_layer_norm"][1, 0] *= np.sqrt(0.4)
    assert level(read)[2].value == pytest.approx(0.4)
    # The mean of squares, not the square of means.
    read["second_layer_norm"][1, 0, 0, ::2] = 0
    assert level(read)[2].value == pytest.approx(0.2)


def test_the_level_needs_one_number_of_units():
    read = curves().assign_attrs(configuration=json.dumps({"network": {"kind": "two_layer"}}))
    with pytest.raises(UserError, match="networks of experiment it differ in their hidden units"):
        level(read)
