"""Moments of the multiplicative walk against those of the binomial distribution."""

import numpy as np
import pytest

from thermophoresis.config.measurements.walk_moments import WalkMoments
from thermophoresis.measurements.walk_moments import measure


def computed(**others):
    return measure(WalkMoments(kind="walk_moments", **others), (), (), ())


def test_the_mean_stays_and_the_typical_particle_moves():
    # After n steps q = (1 + a)^k (1 − a)^(n − k), k binomial with ½; n is odd, so that half of all
    # k lie on either side, and medians lie between the two values in the middle.
    found = computed(step_size=0.1, noise_slope=0.8, thermal_time=0.99, seed=5)
    n, a = 99, 0.08
    end = found.isel(thermal_time=-1)
    assert end["thermal_time"] == pytest.approx(0.99)
    assert abs(end["mean_change"]) < 4 * end["mean_change_standard_error"]
    expected = n / 2 * np.log(1 - a**2)
    deviation = end["mean_log_change"] - expected
    assert abs(deviation) < 4 * end["mean_log_change_standard_error"]
    assert abs(deviation) < 0.02 < abs(expected)
    # Each logarithm has the variance n/4 ln²((1 + a)/(1 − a)), and there are 10⁵ of them.
    spread = np.sqrt(n / 4 * np.log((1 + a) / (1 - a)) ** 2 / 1e5)
    assert end["mean_log_change_standard_error"] == pytest.approx(spread, rel=0.4)
    low, high = ((1 + a) ** k * (1 - a) ** (n - k) - 1 for k in (49, 50))
    assert low <= end["median_change"] <= high
    assert high < 0


def test_records_are_even_in_thermal_time():
    found = computed(particles=100, replicas=2, thermal_time=0.1)
    np.testing.assert_allclose(found["thermal_time"], np.linspace(0, 0.1, 21), atol=1e-12)
    for name in WalkMoments.variables:
        assert found[name][0] == 0
        assert found[name].dims == WalkMoments.axes
    assert found["mean_change_standard_error"].attrs["replicas"] == 2
    assert (found["path"][:, 0] == 1).all()
    # Factors of 1 ± η alone.
    ratio = np.log(found["path"][:, -1] / 0.99**1000) / np.log(1.01 / 0.99)
    np.testing.assert_allclose(ratio, np.round(ratio), atol=1e-6)


def test_a_step_that_reaches_0_is_refused():
    with pytest.raises(ValueError, match="step_size times noise_slope must be below 1"):
        WalkMoments(kind="walk_moments", step_size=0.5, noise_slope=2.0)
