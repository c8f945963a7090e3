"""Spectra of weights: noise that is white, reversible or neither, and random walks."""

import os

import numpy as np
import pytest
from scipy.signal import lfilter

from thermophoresis.config.measurements.weight_spectrum import WeightSpectrum
from thermophoresis.measurements import weight_spectrum

# Of 200 trials: ALARM_TRIALS=200 uv run pytest tests/measurements/test_weight_spectrum.py -k alarms
TRIALS = int(os.environ.get("ALARM_TRIALS", "30"))
SETTINGS = WeightSpectrum(surrogates=49)


def modes(rng, length=4000, weights=6):
    """Weights that are mixtures of the same modes, hence correlated."""
    found = []
    for tau in (3.0, 20.0, 60.0):
        a = np.exp(-1 / tau)
        noise = rng.standard_normal((length + 600, 4)) * np.sqrt(1 - a**2)
        found.append(lfilter([1.0], [1.0, -a], noise, axis=0)[600:])
    mixing = np.random.default_rng(99).standard_normal((12, weights))
    return np.concatenate(found, axis=1) @ mixing


def oscillating(rng, length=4000):
    """Weights that turn once in 200 moments and forget in as many."""
    pole = np.exp(-1 / 200 + 2j * np.pi / 200)
    noise = rng.standard_normal((length + 2000, 3)) + 1j * rng.standard_normal((length + 2000, 3))
    turning = lfilter([1.0], [1.0, -pole], noise, axis=0)[2000:]
    return np.concatenate([turning.real, turning.imag], axis=1)


def test_alarms_of_reversible_noise():
    found = []
    for trial in range(TRIALS):
        rng = np.random.default_rng([1, trial])
        found.append(weight_spectrum.look(modes(rng), SETTINGS, rng))
    p_values = np.array([it["mixture_p"] for it in found])
    alarms = (p_values < 0.05).sum()
    low, high = (4, 18) if TRIALS == 200 else (0, 0.05 * TRIALS + 3.3 * np.sqrt(0.05 * TRIALS))
    assert low <= alarms <= high, alarms / TRIALS
    assert all(it["white_p"] < 1e-6 for it in found)
    beyond = np.array([it["long_lags_beyond"] for it in found])
    assert abs(beyond.mean()) < 4 * beyond.std() / np.sqrt(TRIALS)


def test_a_turn_at_low_frequency_is_beyond_a_mixture():
    rng = np.random.default_rng(2)
    found = weight_spectrum.look(oscillating(rng), SETTINGS, rng)
    assert found["mixture_p"] <= 0.02  # the least that 49 surrogates allow
    assert abs(found["low_power_of_mixture"] - 1) > 0.1


def test_increments_of_walks_are_white_and_walks_remember():
    rng = np.random.default_rng(3)
    p_values, shares = [], []
    for _ in range(20):
        walks = rng.standard_normal((3000, 5)).cumsum(axis=0)
        # A bridge, because the series is closed.
        bridges = walks - np.linspace(0, 1, 3000)[:, None] * walks[-1]
        found = weight_spectrum.look(bridges, SETTINGS, rng)
        p_values.append(found["white_p"])
        shares.append(weight_spectrum.long_lags(weight_spectrum.autocorrelation(walks)))
    assert np.sum(np.array(p_values) < 0.05) <= 4
    assert np.mean(shares) > 0.5  # so it does not decay quickly
    assert found["long_lags_walk"] > 0.5


def test_white_noise_is_within_its_band():
    correlation = weight_spectrum.autocorrelation(
        np.random.default_rng(4).standard_normal((4000, 10))
    )
    assert correlation[0] == pytest.approx(np.ones(10))
    # The estimate has 1/T in place of 1/(T − τ): fewer than one per cent are outside.
    assert weight_spectrum.long_lags(correlation) < 0.01


def test_autocorrelation_by_hand():
    series = np.random.default_rng(5).standard_normal((50, 1)).cumsum(axis=0)
    centred = series[:, 0] - series.mean()
    found = weight_spectrum.autocorrelation(series)[:, 0]
    by_hand = [centred[: 50 - lag] @ centred[lag:] / (centred @ centred) for lag in range(50)]
    np.testing.assert_allclose(found, by_hand, atol=1e-12)


def test_slope_and_deviations_are_those_put_in():
    rng = np.random.default_rng(6)
    white = rng.standard_normal((40_000, 4)) * 10.0 ** np.array([0.0, 0.5, 1.0, 1.5])
    found = weight_spectrum.look(white, SETTINGS, rng)
    # Increments of white noise have the power 4 sin²(πf).
    places = 0.25 + 0.25 * (np.arange(10) + 0.5) / 10
    exact = np.polyfit(places, np.log10(4 * np.sin(np.pi * places) ** 2), 1)[0]
    assert found["high_frequency_slope"] == pytest.approx(exact, abs=0.1)
    assert found["power_deviation"] == pytest.approx(np.std([0.0, 1.0, 2.0, 3.0]), rel=0.05)
    assert found["shape_deviation"] < 0.35
