"""Ranks and moments of spectra that are put in."""

import numpy as np
import pytest

from thermophoresis.measurements.spectrum import moments, participation_ratio, ranks


def test_ranks_of_a_spectrum_that_is_put_in():
    # Of 1,000 parameters, float32's threshold is at 1.19e-4 λ_max, float64's at 2.2e-13.
    values = np.array([1.0, 0.5, 2e-3, 5e-4, 1.3e-4, 1.1e-4, 1e-12, 1e-14, 0.0])
    found = ranks(values, 1000)
    assert found == {"float32": 5, "float64": 7, "thousandth": 3, "trace99": 2}
    # The same spectrum in another number of parameters: the threshold alone moves.
    assert ranks(values, 10_000)["float32"] == 3
    assert ranks(values, 100)["float32"] == 6
    assert ranks(7.0 * values, 1000) == found


def test_ninety_nine_per_cent_of_the_trace():
    assert ranks(np.ones(200), 200)["trace99"] == 198
    assert ranks(np.array([98.0, 1.5, 0.5]), 3)["trace99"] == 2
    assert ranks(np.array([100.0]), 3)["trace99"] == 1


def test_where_all_are_zero_there_is_no_rank():
    assert set(ranks(np.zeros(4), 5).values()) == {0}
    assert np.isnan(participation_ratio(np.zeros(4)))
    assert all(np.isnan(moments(np.zeros(4), 0)))


def test_participation_ratio_counts_equal_eigenvalues():
    assert participation_ratio(np.array([2.0] * 7 + [0.0] * 9)) == pytest.approx(7)
    assert participation_ratio(np.array([1.0, 1e-9])) == pytest.approx(1)


def test_moments_are_those_of_the_whole_spectrum():
    values = np.array([4.0, 2.0, 1.0])
    whole = np.array([4.0, 2.0, 1.0, 0.0, 0.0])
    assert moments(values, 5) == pytest.approx((whole.mean(), whole.std()))
    assert moments(values, 2) == pytest.approx((3.0, 1.0))
