"""Stationarity: alarms of what is, and what is not."""

import numpy as np
import turning_noise

from thermophoresis.numerics.stationarity import stationarity_p

TRIALS = 200


def test_stationary_noise_is_seldom_refused():
    p_values = [
        stationarity_p(turning_noise.turning(10_000, np.random.default_rng([1, trial])))
        for trial in range(TRIALS)
    ]
    # Bonferroni's is an upper bound of 5 %; batches remember a little of one another.
    assert np.mean(np.array(p_values) < 0.05) < 0.09
    assert np.mean(np.array(p_values) < 0.01) < 0.03


def test_a_trend_and_a_change_of_size_are_refused():
    noise = turning_noise.turning(10_000, np.random.default_rng(2))
    time = np.linspace(0, 1, 10_000)[:, None]
    assert stationarity_p(noise) > 0.01
    assert stationarity_p(noise + 5 * time * noise.std(axis=0)) < 1e-4
    assert stationarity_p(noise * (1 + time)) < 1e-4


def test_one_number_of_many_is_enough():
    noise = np.random.default_rng(3).standard_normal((4000, 20))
    noise[2000:, 7] += 0.5
    assert stationarity_p(noise) < 1e-4
