"""From rates of change along a run to changes: drift budgets, integrated over thermal time.

Rates are per unit of thermal time τ, at records that are even in √τ. The integral is that of
2√τ · rate over √τ, by the trapezoid: where rates are smooth in √τ its error goes with the square of
the spacing, so that it is a third of what halving the grid changes.
"""

import numpy as np
import xarray as xr


def integral(rates: xr.DataArray, step: xr.DataArray | float = 0.0) -> xr.DataArray:
    r"""Return what rates add up to, from the first record on.

    Parameters
    ----------
    rates
        Per unit of thermal time, with a dimension ``record`` and the coordinate ``thermal_time``
        along it, which may differ between cells.
    step
        Thermal time η²/\|B\| of a step. Steps are made at the rates where they begin: their sum is
        the integral and half a step of (first rate − last rate), by Euler and Maclaurin. 0 for the
        integral itself.

    Returns
    -------
    xr.DataArray
        At each record, of the dimensions and coordinates of the rates; 0 at the first.
    """
    rates = rates.astype(np.float64)
    by_record = rates.transpose("record", ...)
    times = rates["thermal_time"].broadcast_like(by_record).transpose(*by_record.dims)
    root = np.sqrt(times.values.astype(np.float64))
    heights = 2 * root * by_record.values
    areas = (heights[1:] + heights[:-1]) / 2 * np.diff(root, axis=0)
    sums = np.concatenate([np.zeros_like(heights[:1]), np.cumsum(areas, axis=0)])
    found = by_record.copy(data=sums)
    ends = by_record.isel(record=0, drop=True) - by_record
    return (found + ends * step / 2).transpose(*rates.dims).assign_coords(rates.coords)


def integral_error(rates: xr.DataArray) -> xr.DataArray:
    """Return how much the integral changes when every second record is left out.

    Returns
    -------
    xr.DataArray
        `integral` less that of the first record, the third and so on, at these records.
    """
    every_second = {"record": slice(None, None, 2)}
    return integral(rates).isel(every_second) - integral(rates.isel(every_second))
