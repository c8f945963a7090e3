import numpy as np
import pytest
from scipy import stats

from thermophoresis.numerics.intervals import mean_band


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("replicas", [2, 3, 40])
def test_agrees_with_scipy(rng, level, replicas):
    values = rng.normal(3.0, 2.0, (4, replicas))
    band = mean_band(values, level)
    for row, sample in enumerate(values):
        interval = stats.ttest_1samp(sample, 0.0).confidence_interval(level)
        assert band.mean[row] == pytest.approx(np.mean(sample), rel=1e-12)
        assert band.standard_error[row] == pytest.approx(stats.sem(sample), rel=1e-12)
        assert (band.low[row], band.high[row]) == pytest.approx(interval, rel=1e-10)
        assert band.count[row] == replicas


def test_band_covers_the_expectation_as_often_as_it_says(rng):
    # 4,000 ensembles of five: the Student t factor is 2.78 where the normal one is 1.96 (88 %).
    band = mean_band(rng.normal(1.0, 1.0, (4000, 5)), 0.95)
    covered = np.mean((band.low <= 1.0) & (band.high >= 1.0))
    assert covered == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 4000))


def test_diverged_replicas_are_left_out_and_missing_from_the_count():
    nan, inf = np.nan, np.inf
    values = [[1.0, 2.0, 6.0, nan], [1.0, nan, inf, 3.0], [nan, 7.0, nan, nan], [nan] * 4]
    band = mean_band(np.array(values))
    np.testing.assert_array_equal(band.count, [3, 2, 1, 0])
    np.testing.assert_array_equal(band.mean, [3.0, 2.0, 7.0, nan])
    assert band.standard_error[0] == pytest.approx(stats.sem([1.0, 2.0, 6.0]))
    # One replica has a mean, but no spread to make an interval from.
    assert np.isnan([band.low[2:], band.high[2:], band.standard_error[2:]]).all()


def test_float32_values_are_averaged_in_float64():
    # In float32 the spacing of numbers near 1e8 is 8: sums in it would lose these differences.
    values = np.array([1e8, 1e8 + 8, 1e8 + 16], dtype=np.float32)
    band = mean_band(values)
    assert band.mean == 1e8 + 8
    assert band.standard_error == pytest.approx(8 / np.sqrt(3))


def test_order_of_replicas_is_irrelevant(rng):
    values = rng.normal(size=(3, 20))
    for ours, theirs in zip(mean_band(values), mean_band(values[:, ::-1]), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, np.nan])
def test_refuses_a_level_that_is_no_probability(level):
    with pytest.raises(ValueError, match="confidence level"):
        mean_band(np.zeros((2, 3)), level)
