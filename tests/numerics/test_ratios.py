import numpy as np
import pytest

from thermophoresis.numerics.ratios import geometric_mean_of_ratios, ratio_of_means

STUDENT = 2.06865761  # 0.975 quantile of Student t with 23 degrees of freedom, from a table


def test_interval_of_a_ratio_of_means_is_that_of_the_mean_where_the_denominator_is_fixed():
    rng = np.random.default_rng(0)
    numerator = rng.normal(-0.3, 1.0, (3, 24))
    band = ratio_of_means(numerator, np.full((3, 24), 2.0), 0.95)
    half_width = STUDENT * numerator.std(axis=1, ddof=1) / np.sqrt(24) / 2
    np.testing.assert_allclose(band.mean, numerator.mean(axis=1) / 2)
    np.testing.assert_allclose(band.high - band.mean, half_width, rtol=1e-6)
    np.testing.assert_allclose(band.mean - band.low, half_width, rtol=1e-6)


def test_intervals_of_ratios_cover_the_truth_as_often_as_they_say():
    # Each row is an experiment of its own: correlated networks of known ratios.
    rng = np.random.default_rng(1)
    common, other = rng.normal(size=(2, 4000, 24))
    denominator = np.exp(0.3 * common)
    numerator = 4.0 * denominator + 0.5 * other
    for band, truth in (
        (ratio_of_means(numerator, denominator, 0.9), 4.0),
        (
            geometric_mean_of_ratios(0.01 * denominator * np.exp(0.8 * other), denominator, 0.9),
            0.01,
        ),
    ):
        covered = ((band.low <= truth) & (truth <= band.high)).mean()
        # Four standard errors of the proportion, and the first order of the delta method.
        assert covered == pytest.approx(0.9, abs=4 * np.sqrt(0.9 * 0.1 / 4000) + 0.005)


def test_ratios_leave_out_what_has_none():
    numerator = np.array([[1.0, 2.0, 0.0, np.nan], [5.0, 0.0, 0.0, 0.0]])
    denominator = np.array([[2.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    geometric = geometric_mean_of_ratios(numerator, denominator, 0.95)
    np.testing.assert_array_equal(geometric.count, [2, 0])
    np.testing.assert_allclose(geometric.mean, [1.0, np.nan])
    ratio = ratio_of_means(numerator, denominator, 0.95)
    np.testing.assert_allclose(ratio.mean, [1.0, np.nan])  # (1 + 2 + 0) / (2 + 1 + 0)
    assert np.isnan(ratio.low[1])
