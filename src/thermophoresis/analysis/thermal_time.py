"""The thermal time of cells, and windows of it that they share."""

from itertools import pairwise

import numpy as np
import xarray as xr

THERMAL_EXPONENTS = (2.0, 1.0)  # α and β of τ = η² t / |B|, Eq. 10

# A coordinate of runs whose η or |B| change: their files tell the thermal time, no formula does.
SCHEDULED = "scheduled_learning_rate"


def thermal_time(learning_rate: np.ndarray, batch_size: np.ndarray, step: np.ndarray) -> np.ndarray:
    """τ = η² t / |B|, shape (K, records), of cells with shape (K,) and steps (K, records)."""
    strength = np.asarray(learning_rate, float) ** 2 / np.asarray(batch_size, float)
    time: np.ndarray = strength[:, np.newaxis] * np.asarray(step, float)
    return time


def times_of(view: xr.Dataset) -> np.ndarray:
    """τ of each record of cells without a schedule, (cell, record); see `view.cells_with`."""
    return thermal_time(*(view[it].values for it in ("learning_rate", "batch_size", "step")))


def thermal_windows(
    learning_rate: np.ndarray, batch_size: np.ndarray, step: np.ndarray
) -> list[tuple[float, float]]:
    """Early, middle and late third of the thermal time that all cells share.

    The thirds are equal in √τ, in which records are evenly spaced, so that each holds a third of
    the records.

    Parameters
    ----------
    learning_rate, batch_size
        Shape (K,).
    step
        Shape (K, records).

    Returns
    -------
    Three windows (low, high) of thermal time.

    Raises
    ------
    ValueError
        The cells have no thermal time in common.
    """
    root = np.sqrt(thermal_time(learning_rate, batch_size, step))
    low, high = root[:, 0].max(), root[:, -1].min()
    if not low < high:
        raise ValueError("the cells have no thermal time in common")
    limits = np.linspace(low, high, 4) ** 2
    return [(float(start), float(end)) for start, end in pairwise(limits)]
