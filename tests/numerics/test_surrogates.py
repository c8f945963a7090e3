"""Gaussian surrogates: what they keep of a process, and what they do not."""

import numpy as np
import turning_noise

from thermophoresis.numerics import circulation, surrogates

LAGS = np.array([0, 1, 3, 10])


def test_series_come_back_from_their_coefficients():
    series = np.random.default_rng(0).standard_normal((2, 101, 3))
    series -= series.mean(axis=1, keepdims=True)
    back = surrogates.series_of(surrogates.fourier(series), 101)
    np.testing.assert_allclose(back, series, atol=1e-12)
    assert len(surrogates.frequencies(101)) == surrogates.fourier(series).shape[1] == 50
    # The highest frequency of an even number of moments is left out.
    assert surrogates.frequencies(10).tolist() == [0.1, 0.2, 0.3, 0.4]


def test_they_have_the_symmetric_part_of_lagged_covariances_alone():
    series = turning_noise.turning(4000, np.random.default_rng(1))
    measured = surrogates.fourier(series)
    spectrum = surrogates.reversible_spectrum(measured, 8)
    drawn = surrogates.reversible(spectrum, 200, np.random.default_rng(2))
    own, null = (circulation.lagged_covariances(it, LAGS, 4000) for it in (measured, drawn))
    errors = null.std(axis=0) / np.sqrt(200)
    symmetric = (own + own.swapaxes(1, 2)) / 2
    # Smoothing over 17 of 4,000 moments takes a tenth of a per cent of lags up to ten.
    assert np.all(np.abs(null.mean(axis=0) - symmetric) < 4 * errors + 0.002 * symmetric[0, 0, 0])
    own_area, null_areas = own[3, 0, 1] - own[3, 1, 0], null[:, 3, 0, 1] - null[:, 3, 1, 0]
    assert abs(own_area) > 5 * null_areas.std()
    assert abs(null_areas.mean()) < 4 * null_areas.std() / np.sqrt(200)


def test_without_smoothing_half_of_the_variance_of_areas_is_missing():
    rng = np.random.default_rng(3)
    found = {0: [], 8: []}
    for _ in range(60):
        measured = surrogates.fourier(rng.standard_normal((400, 2)))
        own = circulation.lagged_covariances(measured, LAGS[1:2], 400)[0]
        for half_width, ratios in found.items():
            spectrum = surrogates.reversible_spectrum(measured, half_width)
            (deviation,) = circulation.deviations(spectrum, LAGS[1:2], 400)[0]
            ratios.append((circulation.areas(own[None])[0, 0] / deviation) ** 2)
    assert 1.5 < np.mean(found[0]) < 3.0  # 2 in the mean
    assert 0.6 < np.mean(found[8]) < 1.6


def test_random_phases_are_no_null_of_circulation():
    rng = np.random.default_rng(4)
    measured = surrogates.fourier(turning_noise.turning(4000, rng))
    angles = rng.uniform(0, 2 * np.pi, (*measured.shape[:1], 2))
    common = measured * np.exp(1j * angles[:, :1])
    apart = measured * np.exp(1j * angles)
    own, kept, lost = (
        circulation.lagged_covariances(it, LAGS, 4000) for it in (measured, common, apart)
    )
    np.testing.assert_allclose(kept, own, atol=1e-12)  # the current as well
    np.testing.assert_allclose(lost[:, 0, 0], own[:, 0, 0], atol=1e-12)
    assert abs(own[0, 0, 1]) > 0.3 > 0.1 > abs(lost[0, 0, 1])  # nothing in common is left
