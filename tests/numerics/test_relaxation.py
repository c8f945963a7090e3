"""Mixtures of modes: their spectra, and what is found of known ones."""

import numpy as np
import pytest
from scipy.signal import lfilter

from thermophoresis.numerics import relaxation, surrogates


def modes_of(length, per_decade=8):
    edges = relaxation.bands(length, per_decade)
    frequencies = np.arange(1, edges[-1]) / length
    found = relaxation.increments_of_modes(frequencies, 1.0 * length)
    return edges, relaxation.in_bands(found.T, edges).T


def test_spectrum_of_a_mode_is_that_of_its_autocovariance():
    length, frequencies = 4000, np.array([0.01, 0.1, 0.4])
    found = relaxation.increments_of_modes(frequencies, 50.0)
    lags = np.arange(-length, length + 1)
    decay = np.exp(-1 / np.geomspace(1 / 8, 50.0, relaxation.MODES - 1))
    for a, power in zip([0.0, *decay], found, strict=True):
        covariance = np.where(lags == 0, 1.0, a ** np.abs(lags) if a else 0.0)
        increments = 2 * covariance - np.roll(covariance, 1) - np.roll(covariance, -1)
        exact = np.cos(2 * np.pi * frequencies[:, None] * lags) @ increments
        np.testing.assert_allclose(power, exact, rtol=1e-6, atol=1e-9)


def test_bands_hold_every_frequency_once():
    edges = relaxation.bands(2001, 8)
    assert edges[0] == 1
    assert edges[-1] == 1001
    power = np.random.default_rng(0).standard_normal((1000, 2))
    means = relaxation.in_bands(power, edges)
    np.testing.assert_allclose(np.diff(edges) @ means, power.sum(axis=0))


def test_weights_of_a_known_mixture_come_back():
    edges, modes = modes_of(20_001)
    weights = np.zeros(len(modes))
    weights[[3, 12, 18]] = 1.0, 2.0, 0.5
    found = relaxation.fit(weights @ modes, modes, np.diff(edges))
    # Modes are alike: what is left of the difference is small beside the noise of each band.
    errors = (found @ modes / (weights @ modes) - 1) * np.sqrt(np.diff(edges))
    assert np.abs(errors).max() < 0.7
    assert found.sum() == pytest.approx(weights.sum(), rel=0.05)


def test_fit_is_likelier_than_the_truth():
    edges, modes = modes_of(4001)
    rng, counts = np.random.default_rng(1), np.diff(edges)
    truth = np.linspace(0, 1, len(modes)) @ modes
    power = truth * rng.gamma(counts, size=(5, len(counts))) / counts

    def objective(spectrum):
        return (counts * (np.log(spectrum) + power / spectrum)).sum(axis=1)

    assert np.all(objective(relaxation.fit(power, modes, counts) @ modes) < objective(truth))


def test_effective_count_of_numbers_with_something_in_common():
    rng = np.random.default_rng(2)
    single = rng.standard_normal((4000, 8))
    alone = relaxation.effective_count(surrogates.fourier(single))
    assert alone == pytest.approx(8, rel=0.05)
    correlated = np.sqrt(0.5) * (single + rng.standard_normal((4000, 1)))
    expected = 64 / (8 + 56 * 0.25)
    found = relaxation.effective_count(surrogates.fourier(correlated))
    assert found == pytest.approx(expected, rel=0.1)
    shared = np.repeat(single[:, :1], 5, axis=1)
    assert relaxation.effective_count(surrogates.fourier(shared)) == pytest.approx(1, abs=0.01)


def test_a_series_has_the_mean_power_of_its_mode():
    tau, length = 30.0, 40_000
    a = np.exp(-1 / tau)
    noise = np.random.default_rng(3).standard_normal((length + 500, 4)) * np.sqrt(1 - a**2)
    series = lfilter([1.0], [1.0, -a], noise, axis=0)[500:]
    increments = np.roll(series, -1, axis=0) - series
    edges = relaxation.bands(length, 4)
    power = np.abs(surrogates.fourier(increments)) ** 2 / length
    own = relaxation.in_bands(power, edges).mean(axis=1)
    frequencies = np.arange(1, edges[-1]) / length
    exact = 4 * np.sin(np.pi * frequencies) ** 2 * (1 - a**2)
    exact /= np.abs(1 - a * np.exp(-2j * np.pi * frequencies)) ** 2
    errors = 1 / np.sqrt(4 * np.diff(edges))
    ratio = own / relaxation.in_bands(exact, edges)
    assert np.all(np.abs(ratio - 1) < 4 * errors)
