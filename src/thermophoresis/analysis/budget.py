"""From rates of change along a run to changes: drift budgets, integrated over thermal time.

Rates are per unit of thermal time τ, at records that are even in √τ. The integral is that of
2√τ · rate over √τ, by the trapezoid: where rates are smooth in √τ its error goes with the square of
the spacing, so that it is a third of what halving the grid changes.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from thermophoresis.analysis.thermal_time import SCHEDULED
from thermophoresis.config.budget import VALUE as VALUE
from thermophoresis.errors import UserError


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


@dataclass(frozen=True)
class Budget:
    """The budget of one quantity in one cell, up to the record before a network is lost.

    None is left out before, for those that diverge are not like the others.

    Attributes
    ----------
    name
        What to call it.
    value
        The quantity, (network, record).
    sums
        What each term has added up to, (network, record, term).
    thermal_time
        Shape (record,).
    drive
        η/|B| of the cell.
    quadrature
        Largest change of a mean sum of all terms when every second record is left out.
    caveat
        Where it ends early.
    """

    name: str
    value: np.ndarray
    sums: np.ndarray
    thermal_time: np.ndarray
    drive: float
    quadrature: float
    caveat: str

    @property
    def change(self) -> np.ndarray:
        """Change of the quantity from the first record on, (network, record)."""
        return np.asarray(self.value - self.value[:, :1])

    def at(self, values: np.ndarray, tau: float | None) -> np.ndarray:
        """Return values (network, record, …) at a thermal time, linear in its root between records.

        Those at the last record where there is none. NaN where the budget ends before.
        """
        if tau is None:
            return np.asarray(values[:, -1])
        root = np.sqrt(self.thermal_time)
        if not root[0] <= np.sqrt(tau) <= root[-1] * (1 + 1e-9):
            return np.asarray(np.full(values[:, 0].shape, np.nan))
        later = int(np.clip(np.searchsorted(root, np.sqrt(tau)), 1, len(root) - 1))
        part = (np.sqrt(tau) - root[later - 1]) / (root[later] - root[later - 1])
        return np.asarray(values[:, later - 1] * (1 - part) + values[:, later] * part)


def budget_of(array: xr.DataArray, name: str) -> Budget:
    """Return the budget of one quantity in one cell.

    Parameters
    ----------
    array
        Value and rates of the terms, (network, record, term), the value first.
    name
        What to call it.

    Raises
    ------
    UserError
        A term does not exist there.
    """
    axis = str(array.dims[-1])
    array = array.astype(np.float64)
    terms = array[axis].values[1:]
    if (nowhere := ~np.isfinite(array.values[:, 0, 1:]).any(axis=0)).any():
        raise UserError(f"there is no {', '.join(terms[nowhere])} in this budget: see its needs")
    finite = np.isfinite(array.values).all(axis=(0, 2))
    end = len(finite) if finite.all() else max(int(np.argmin(finite)), 1)
    kept = array.isel(record=slice(end))
    caveat = ""
    if end < len(finite):
        last = float(array["thermal_time"].values[end - 1])
        caveat = f"a network is lost behind τ = {last:.3g}, where the budget ends"
    rate, batch = (float(array[it]) for it in ("learning_rate", "batch_size"))
    rates = kept.isel({axis: slice(1, None)})
    # With a schedule the steps at both ends differ, and the correction is small.
    step = 0.0 if SCHEDULED in array.coords else rate**2 / batch
    error = integral_error(rates).sum(axis).mean("network").values if end > 1 else np.zeros(1)
    return Budget(
        name,
        kept.isel({axis: 0}).values,
        integral(rates, step).values,
        kept["thermal_time"].values,
        rate / batch,
        float(np.abs(error).max(initial=0.0)),
        caveat,
    )
