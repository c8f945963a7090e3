"""Rates integrated over thermal time: exact where they can be, and how wrong where not."""

import numpy as np
import pytest
import xarray as xr

from thermophoresis.analysis.budget import integral, integral_error


def rates_of(function, start=0.0, end=9.0, records=31):
    tau = np.linspace(np.sqrt(start), np.sqrt(end), records) ** 2
    return xr.DataArray(function(tau), {"thermal_time": ("record", tau)}, ("record",))


def test_constant_rates_and_those_like_the_inverse_root_are_exact():
    constant = rates_of(lambda tau: np.full_like(tau, 3.0))
    np.testing.assert_allclose(integral(constant), 3 * constant["thermal_time"], rtol=1e-12)
    falling = rates_of(lambda tau: 1 / np.sqrt(tau), start=0.1)
    expected = 2 * (np.sqrt(falling["thermal_time"]) - np.sqrt(falling["thermal_time"][0]))
    np.testing.assert_allclose(integral(falling), expected, rtol=1e-12, atol=1e-15)


def test_halving_the_grid_tells_three_times_the_error():
    rates = rates_of(lambda tau: np.exp(-tau / 4))
    exact = 4 * (1 - np.exp(-rates["thermal_time"] / 4))
    error = (integral(rates) - exact)[::2]
    found = integral_error(rates)
    assert found["record"].size == 16
    np.testing.assert_allclose(found[-1], -3 * error[-1], rtol=0.05)
    assert abs(error[-1]) > 1e-5


def test_steps_are_summed_at_the_rates_where_they_begin():
    """A step of η² = 0.09: a sum of a hundred terms, against the integral with its correction."""
    step, steps = 0.09, 100
    tau = step * np.unique(np.round(np.linspace(0, np.sqrt(steps), 400) ** 2))
    rates = xr.DataArray(np.exp(-tau / 4), {"thermal_time": ("record", tau)}, ("record",))
    summed = step * np.exp(-step * np.arange(steps) / 4).sum()
    assert float(integral(rates, step)[-1]) == pytest.approx(summed, abs=0.03 * step)
    assert abs(float(integral(rates)[-1]) - summed) > 0.4 * step


def test_cells_may_have_times_of_their_own_and_labels_stay():
    tau = np.array([[0.0, 1.0, 4.0], [0.0, 2.0, 8.0]])
    rates = xr.DataArray(
        np.ones((2, 5, 3, 2)),
        {
            "thermal_time": (("cell", "record"), tau),
            "batch_size": ("cell", [1, 2]),
            "term": ["a", "b"],
        },
        ("cell", "network", "record", "term"),
    )
    found = integral(rates)
    assert found.dims == rates.dims
    assert found["term"].values.tolist() == ["a", "b"]
    assert found["batch_size"].values.tolist() == [1, 2]
    for cell in (0, 1):
        np.testing.assert_allclose(found[cell, 3, :, 1], tau[cell])
    weighted = rates * xr.DataArray([1.0, 2.0], dims="term")
    corrected = integral(weighted, xr.DataArray([0.5, 1], dims="cell"))
    assert corrected.dims == rates.dims
    np.testing.assert_allclose(corrected[1, 0, :, 1], 2 * tau[1])
