"""Means over networks: coverage of their intervals, and what says nothing."""

import numpy as np
from synthetic_experiments import generator

from thermophoresis.claims.means import mean_of_each


def test_intervals_cover_the_mean_as_often_as_they_say():
    trials, covered = 500, 0
    for trial in range(trials):
        rng = generator(4, trial)
        (found,) = mean_of_each(rng.normal(2.0, 1.0, (1, 16)), [""], rng)
        low, high = found.interval(0.9)
        covered += low <= 2.0 <= high
    assert abs(covered / trials - 0.9) < 4 * np.sqrt(0.9 * 0.1 / trials)


def test_what_is_not_finite_in_one_cell_is_left_out_of_all():
    values = np.array([[1.0, 2.0, np.nan, 4.0], [3.0, np.inf, 5.0, 6.0]])
    found = mean_of_each(values, ["a", "b"], generator(5))
    assert [(it.cell, it.value, it.replicas) for it in found] == [("a", 2.5, 2), ("b", 4.5, 2)]
    assert {it.caveat for it in found} == {"2 of 4 are not finite and left out"}
    assert mean_of_each(values, ["a", "b"], generator(5), 2 * np.ones((2, 4)))[1].value == 2.25


def test_a_single_network_says_nothing():
    (found,) = mean_of_each(np.array([[1.0, np.nan]]), [""], generator(5))
    assert np.isnan(found.value)
    assert found.replicas == 1
    assert found.caveat.endswith("fewer than two have finite values in all cells")
