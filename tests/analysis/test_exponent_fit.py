import numpy as np
import pytest

from thermophoresis.analysis.exponent_fit import Exponent, Outcome


def test_interval_is_students():
    resampled = np.random.default_rng(0).normal(2.0, 0.1, size=500)
    exponent = Exponent(Outcome.IDENTIFIED, 2.05, resampled, replicas=16)
    error = np.sqrt(((resampled - 2.05) ** 2).sum() / 500 * 16 / 15)
    # From a table of Student's distribution with 15 degrees of freedom.
    for level, quantile in ((0.95, 2.131), (0.99, 2.947), (0.999, 4.073)):
        low, high = exponent.interval(level)
        assert low == pytest.approx(2.05 - quantile * error, abs=1e-4)
        assert high == pytest.approx(2.05 + quantile * error, abs=1e-4)
    for level in (0.0, 1.0):
        with pytest.raises(ValueError, match="level"):
            exponent.interval(level)
