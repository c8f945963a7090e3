"""Statistics of controls: numbers put in are recovered, and nothing else supports a claim."""

import json

import numpy as np
import pytest
import xarray as xr
from swept_runs import gathered
from synthetic_experiments import generator, make_cells, noisy_cells

from thermophoresis.claims.equal_loss import when_reached
from thermophoresis.claims.judge import judge, measure
from thermophoresis.claims.statistics.agreement_at_equal_loss import agreement_at_equal_loss
from thermophoresis.claims.statistics.combined_change import combined_change
from thermophoresis.claims.statistics.difference_at_equal_loss import (
    difference_at_equal_loss,
    last_stretch,
)
from thermophoresis.claims.statistics.median_change import median_change
from thermophoresis.config import kinds
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.problems import validate

RATES = [0.1, 0.1, 0.1]  # cells that differ in something else
FALLS = np.array([-0.4, -0.1, -0.2])


def falling(falls=FALLS, records=11, **noise):
    """Cells whose mean falls linearly, by these, until thermal time (records − 1)/100."""
    means = 0.5 + np.multiply.outer(falls, np.linspace(0, 1, records))
    rng = noise.pop("rng", generator(0))
    values = noisy_cells(rng, means, **{"own": 0.0, "shared": 0.0} | noise)
    moved = noise.get("own", 0.0) * rng.normal(size=values.shape[:2])
    values = values + moved[..., np.newaxis] * np.linspace(0, 1, records)
    return make_cells(values, rates=RATES[: len(falls)])


# --- What changes add up to -----------------------------------------------------------------------


@pytest.mark.parametrize("until", [None, 0.03, 0.055, 0.1])
@pytest.mark.parametrize(
    ("weights", "unit", "expected"),
    [((1, -1, -1), 0, 0.25), ((1, -1, 0), 0, 0.75), ((0, 1, 0), 2, 0.5), ((1, 0, 2), 1, 8.0)],
)
def test_changes_add_up_in_units_of_one(weights, unit, expected, until):
    found = combined_change(falling(), np.array(weights), unit, until, generator(1))
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert found.standard_error == pytest.approx(0, abs=1e-12)


def test_changes_are_those_up_to_a_thermal_time():
    # One falls early, one all the time.
    means = 0.5 - 0.4 * np.stack([np.minimum(np.linspace(0, 4, 21), 1), np.linspace(0, 1, 21)])
    cells = make_cells(means[:, np.newaxis].repeat(3, axis=1), rates=RATES[:2])
    for until, expected in ((0.05, 1 - 1 / 4), (0.1, 0.5), (None, 0.0)):
        found = combined_change(cells, np.array([1, -1]), 0, until, generator(2))
        assert found.value == pytest.approx(expected, abs=1e-12)


def test_an_interval_of_a_combined_change_covers_it():
    covered, trials = 0, 300
    for trial in range(trials):
        rng = generator(3, trial)
        cells = falling(rng=rng, own=0.1, shared=0.2, replicas=24)
        low, high = combined_change(cells, np.array([1, -1, -1]), 0, None, rng).interval(0.9)
        covered += low < 0.25 < high
    assert abs(covered / trials - 0.9) < 4 * np.sqrt(0.09 / trials)


def test_networks_are_paired_in_a_combined_change():
    # What all cells share cancels in the fall, but not in their spread.
    wide, narrow = (
        combined_change(falling(own=0.01, shared=shared), np.array([1, -1, -1]), 0, None,
                        generator(4)).standard_error
        for shared in (5.0, 0.0)
    )  # fmt: skip
    assert wide == pytest.approx(narrow, rel=1e-6)


@pytest.mark.parametrize(
    ("cells", "until", "why"),
    [
        (falling(), 0.2, "a cell ends at thermal time 0.1"),
        (falling(replicas=1), None, "fewer than two networks"),
        (
            falling([0.0, -0.1, -0.2]),
            None,
            "in units of which it is given is within 5 of its standard",
        ),
    ],
)
def test_a_combined_change_that_is_not_there_says_so(cells, until, why):
    found = combined_change(cells, np.array([1, -1, -1]), 0, until, generator(5))
    assert np.isnan([found.value, *found.interval(0.95)]).all()
    assert why in found.caveat


# --- Medians --------------------------------------------------------------------------------------


def spread_out(rng, replicas, drift=-0.2):
    """Two cells in which most networks fall and a few rise far: the mean rises."""
    start = np.exp(0.3 * rng.normal(size=(2, replicas)))
    factor = np.exp(drift + 0.9 * rng.normal(size=(2, replicas)))
    return make_cells(np.stack([start, start * factor], axis=2), rates=RATES[:2])


def test_a_median_changes_as_the_typical_network_does():
    values = np.array([[[1.0, 0.8], [2.0, 1.5], [4.0, 400.0]], [[-2.0, -3.0], [-2.0, 1], [-2, -1]]])
    found = median_change(make_cells(values, rates=RATES[:2]), generator(6))
    assert [it.value for it in found] == pytest.approx([(1.5 - 2) / 2, (-1 + 2) / 2])
    assert values[0, :, 1].mean() > values[0, :, 0].mean()


def test_an_interval_of_a_median_change_covers_it():
    # The logarithms of both are normal: medians are e^0 and e^drift.
    covered, trials, expected = 0, 200, np.exp(-0.2) - 1
    for trial in range(trials):
        rng = generator(7, trial)
        cells = spread_out(rng, 101)
        (found, _) = median_change(cells, rng)
        low, high = found.interval(0.9)
        covered += low < expected < high
    # The bootstrap of a median is a little wide.
    assert 0.9 - 4 * np.sqrt(0.09 / trials) < covered / trials < 0.99


def test_a_median_that_is_not_there_says_so():
    zero = make_cells(np.zeros((2, 5, 2)), rates=RATES[:2])
    (found,) = median_change(zero, generator(8))
    assert np.isnan(found.value)
    assert found.caveat == "the median is zero at the start"
    (found,) = median_change(make_cells(np.ones((2, 1, 2)), rates=RATES[:2]), generator(8))
    assert "fewer than two networks" in found.caveat


# --- Equal loss -----------------------------------------------------------------------------------


def test_when_a_curve_first_reaches_a_level():
    loss = np.array([1.0, 0.8, 0.9, 0.4, 0.6, 0.2])
    found = when_reached(loss, np.array([1.2, 1.0, 0.9, 0.8, 0.6, 0.4, 0.3, 0.2]))
    assert found == pytest.approx([0, 0, 0.5, 1, 2.6, 3, 4.75, 5])


def scheduled(cells, rate):
    """Return cells with rates of the steps that follow records."""
    rates = np.broadcast_to(rate, cells.step.shape).astype(float)
    view = cells.view.assign_coords(
        scheduled_learning_rate=(("cell", "record"), rates),
        thermal_time=(("cell", "record"), 0 * rates),
    )
    return type(cells)(view, 0)


def test_a_difference_is_at_equal_loss_after_the_last_change_of_the_rate():
    # y = c + 2ℓ while the rate is small; before that it is anything.
    loss = np.array([[2, 1.9, 0.1, 1.8, 1.2, 0.6, 0.5], [2, 1.7, 1.4, 1.1, 0.8, 0.6, 0.4]])
    shift = np.array([[9, 9, 9, 0.3, 0.3, 0.3, 0.3], [0.1] * 7])
    observable = 2 * loss + shift
    cells = make_cells(
        *(it[:, np.newaxis].repeat(3, axis=1) for it in (observable, loss)), rates=RATES[:2]
    )
    # The last record has no step after it, whatever is told there.
    told = np.array([[0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.7], [np.nan] * 7])
    (found,) = difference_at_equal_loss(scheduled(cells, told), generator(9))
    assert found.value == pytest.approx(0.2, rel=1e-9)
    # Without a schedule the first stretch counts as well.
    (found,) = difference_at_equal_loss(cells, generator(9))
    assert found.value > 1


def test_the_last_stretch_of_a_rate():
    assert last_stretch(np.array([0.1] * 5)) == 0
    assert last_stretch(np.array([0.5, 0.5, 0.1, 0.1, 9.0])) == 2
    assert last_stretch(np.array([0.1, 0.5, 0.1, 0.1])) == 2


def test_a_difference_needs_levels_that_all_reach():
    fall = np.linspace(1, 0.5, 6)
    loss = np.stack([fall, fall - 0.7])[:, np.newaxis].repeat(3, axis=1)
    (found,) = difference_at_equal_loss(make_cells(loss, loss, rates=RATES[:2]), generator(10))
    assert np.isnan(found.value)
    assert "not defined" in found.caveat


def networks(rng, replicas, slope, records=21):
    """Three cells of networks: low, high and loss, the first two related at the loss 0.2 alone."""
    time = np.linspace(0, 4, records) * np.array([0.7, 1.0, 1.4])[:, np.newaxis, np.newaxis]
    speed = np.exp(0.2 * rng.normal(size=(3, replicas, 1)))
    loss = np.exp(-time * speed)
    at_level = rng.normal(size=(3, replicas, 1))
    low = at_level + np.log(loss / 0.2)
    high = slope * at_level + rng.normal(size=(3, replicas, 1)) + 3 * np.log(loss / 0.2)
    loss[:, 0, -4:] = 0.2  # one that comes no further
    return make_cells(low, high, loss)


def test_agreement_is_kendalls_at_the_lowest_loss_that_all_reach():
    cells = networks(generator(11), 20, -1.0, records=2001)
    found = agreement_at_equal_loss(cells, generator(11))
    low, high, loss = cells.values
    places = np.argmin(np.abs(loss - loss.min(axis=2).max()), axis=2)[..., np.newaxis]
    first, second = (np.take_along_axis(it, places, 2).ravel() for it in (low, high))
    pairs = [(i, j) for i in range(60) for j in range(i)]
    signs = [np.sign((first[i] - first[j]) * (second[j] - second[i])) for i, j in pairs]
    assert found.value == pytest.approx(np.mean(signs), abs=0.02)
    assert found.value > 0.3
    assert "where the loss is" in found.caveat
    assert found.replicas == 20


@pytest.mark.parametrize("slope", [-1.0, 0.0])
def test_an_interval_of_agreement_covers_it(slope):
    # Kendall's of two normal variables with correlation ρ is 2/π arcsin ρ.
    expected = -2 / np.pi * np.arcsin(slope / np.hypot(slope, 1))
    covered, trials = 0, 60
    for trial in range(trials):
        rng = generator(12, trial)
        cells = networks(rng, 24, slope)
        low, high = agreement_at_equal_loss(cells, rng).interval(0.9)
        covered += low < expected < high
    assert abs(covered / trials - 0.9) < 4 * np.sqrt(0.09 / trials)


def test_agreement_that_is_not_there_says_so():
    rng = generator(13)
    values = rng.normal(size=(2, 4, 5))
    fall = np.broadcast_to(np.linspace(1, 0.5, 5), values.shape)
    never = fall.copy()
    never[1, 2] = 3.0
    for arrays, why in (
        ((values, values, never), "no loss that every network comes down to"),
        ((0 * values, values, fall), "the same value of an observable"),
        ((values[:, :1], values[:, :1], fall[:, :1]), "fewer than two networks"),
    ):
        found = agreement_at_equal_loss(make_cells(*arrays), rng)
        assert np.isnan(found.value)
        assert why in found.caveat


# --- Claims ---------------------------------------------------------------------------------------

CELLS = [(0.1, 1, {"dynamics": name}) for name in ("sgd", "mean", "walk")]
FALL = {"sgd": 0.4, "mean": 0.1, "walk": 0.2}
BASE = {
    "source": "Fig.",
    "statement": "So it is.",
    "experiment": "toy",
    "learning_rate": 0.1,
    "batch_size": 1,
    "compare": "dynamics",
    "because": "It is.",
}
COMBINED = BASE | {
    "statistic": "combined_change",
    "observable": "loss",
    "cells": {"dynamics": ["sgd", "mean", "walk"]},
    "weights": {"sgd": 1, "mean": -1, "walk": -1},
    "relative_to": "sgd",
    "criterion": {"above": 0.1},
}
DIFFERENCE = BASE | {
    "statistic": "difference_at_equal_loss",
    "observable": "accuracy",
    "cells": {"dynamics": ["mean", "sgd"]},
    "criterion": {"above": 0},
}
AGREEMENT = {key: it for key, it in BASE.items() if key not in ("compare", "learning_rate")} | {
    "statistic": "agreement_at_equal_loss",
    "lower": "activation_rate",
    "higher": "accuracy",
    "criterion": {"above": 0},
}


def read(given):
    return validate(kinds.model("statistics", given["statistic"]), given)


@pytest.fixture(scope="module")
def curves():
    def fall(step, rate, batch, dynamics):
        return 1 - FALL[dynamics] * np.sqrt(step / step[-1])

    found, _ = gathered(
        CELLS,
        fall,
        paths={"dynamics": "dynamics"},
        varied=("dynamics",),
        replicas=32,
        settings=lambda dynamics: {"dynamics": {"kind": dynamics}},
    )
    # In one cell more is right at equal loss.
    more = xr.where(found["dynamics"] == "mean", 0.2, 0.0)
    return found.assign(accuracy=1 - found["loss"] / 2 + more)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (COMBINED, "supported"),
        # Jobs are told settings with sorted keys.
        (COMBINED | {"weights": {"mean": -1, "sgd": 1, "walk": -1}}, "supported"),
        (COMBINED | {"cells": {"dynamics": ["walk", "sgd", "mean"]}}, "supported"),
        (COMBINED | {"weights": {"sgd": 1, "mean": -3, "walk": -1}}, "refuted"),
        (COMBINED | {"relative_to": "mean", "criterion": {"at_least": 0.5, "at_most": 1.5}},
         "supported"),
        (COMBINED | {"until": 100.0}, "not testable"),
        (DIFFERENCE, "supported"),
        (DIFFERENCE | {"cells": {"dynamics": ["sgd", "mean"]}}, "refuted"),
        (DIFFERENCE | {"cells": {"dynamics": ["sgd", "walk"]},
                       "criterion": {"at_least": -0.001, "at_most": 0.001}}, "supported"),
    ],
)  # fmt: skip
def test_claims_about_labels_are_decided_by_their_cells(curves, given, expected):
    claim, problems = read(given)
    assert not problems, problems
    again, _ = read(json.loads(canonical_json(claim)) | {"because": "It is."})
    assert again == claim
    found = measure("a", claim, {"curves/toy": curves})
    assert judge("a", claim, found, 0.95)["verdict"] == expected


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (COMBINED | {"compare": None, "batch_size": None, "cells": {}},
         "combined_change must have compare: the axis of its labels"),
        (COMBINED | {"relative_to": "drift"}, "got relative_to: drift; must be one of sgd, mean, "
         "walk"),
        (COMBINED | {"cells": {"dynamics": ["sgd", "mean"]}}, "cells.dynamics must be the labels "
         "of weights: [sgd, mean, walk]"),
        (COMBINED | {"weights": {"sgd": 1}, "cells": {"dynamics": "sgd"}},
         "got {'sgd': 1.0}; must have two labels or more"),
        (DIFFERENCE | {"cells": {"dynamics": "sgd"}}, "difference_at_equal_loss must have compare, "
         "and several labels along it in cells"),
        (DIFFERENCE | {"observable": "loss"}, "observable must be another than loss, which is "
         "equal by construction"),
        (AGREEMENT | {"higher": "activation_rate"},
         "got activation_rate, activation_rate, loss as lower, higher and equal; must be three"),
        (AGREEMENT | {"lower": "train_loss", "equal": "train_loss"}, "must be three"),
    ],
)  # fmt: skip
def test_claims_that_make_no_sense_are_refused_in_one_line(given, line):
    given = {key: value for key, value in given.items() if value is not None}
    _, problems = read(given)
    (problem,) = problems
    assert line in problem.message
