"""Printed moments against spectra that have them."""

import numpy as np
import pytest

from thermophoresis.config.measurements.printed_spectra import PrintedSpectra
from thermophoresis.measurements import printed_spectra
from thermophoresis.theory import spectrum_moments


def computed(**rows):
    return printed_spectra.measure(PrintedSpectra(kind="printed_spectra", rows=rows), (), (), ())


def row(mean, deviation, rank, weights=1000):
    return {"mean": mean, "deviation": deviation, "rank": rank, "weights": weights}


def test_spectra_of_any_shape_have_the_rank_that_their_moments_ask_for():
    rng = np.random.default_rng(0)
    for _ in range(100):
        d = int(rng.integers(2, 50))
        spectrum = np.zeros(d)
        rank = int(rng.integers(1, d + 1))
        spectrum[:rank] = rng.pareto(rng.uniform(0.5, 3), rank) + 1e-3
        least = spectrum_moments.least_rank_share(spectrum.mean(), spectrum.std())
        assert rank / d >= least - 1e-12
        # Any of them have no more of the trace than their number allows.
        for some in range(1, rank + 1):
            share = np.sort(spectrum)[-some:].sum() / spectrum.sum()
            most = spectrum_moments.largest_trace_share(spectrum.mean(), spectrum.std(), some / d)
            assert share <= most + 1e-12
    # Equal where all that are above 0 are the same.
    flat = np.array([2.0] * 3 + [0.0] * 7)
    assert spectrum_moments.least_rank_share(flat.mean(), flat.std()) == pytest.approx(0.3)


def test_what_is_below_a_threshold_is_that_of_a_spectrum():
    d, precision = 20_000, float(np.finfo(np.float32).eps)
    spectrum = np.full(d, d * precision)
    spectrum[0] = 1
    expected = spectrum_moments.least_rank_share(spectrum.mean(), spectrum.std())
    found = spectrum_moments.share_below_threshold(d, precision)
    assert found == pytest.approx(expected, rel=1e-10)
    assert (spectrum > d * precision * spectrum.max()).sum() == 1
    assert found > 0.1
    assert spectrum_moments.share_below_threshold(d, float(np.finfo(np.float64).eps)) < 1e-4


def test_rows_that_can_and_cannot_be():
    # 10 of 1000 at 1: μ = 0.01, s² = 0.0099.
    found = computed(
        exact=row("0.0100", "0.0995", "1.0"),
        short=row("0.0100", "0.0995", "0.5"),
        coarse=row("0.0100", "0.0995", "1"),
    )
    np.testing.assert_allclose(found["over_all"], [0, -0.005, 0], atol=1e-4)
    np.testing.assert_allclose(found["over_all_rounded"], [0.0006, -0.0044, 0.0051], atol=2e-4)
    # With μ and s over what is above 0: r/d, less the same share of it.
    np.testing.assert_allclose(found["trace_above"], [1, 0.5**0.5, 1], rtol=2e-3)
    np.testing.assert_allclose(found["over_non_zero"], [0.0099, 0.00495, 0.0099], rtol=1e-3)
    assert printed_spectra.describe(found).startswith("1 of 3 rows")
    assert set(found.data_vars) == set(PrintedSpectra.variables)


@pytest.mark.parametrize("printed", ["0", "-1", "abc", "1e3"])
def test_numbers_that_nobody_prints_are_refused(printed):
    with pytest.raises(ValueError, match="must be a number > 0 as printed"):
        computed(one=row(printed, "1", "1"))
