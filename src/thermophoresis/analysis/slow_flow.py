"""How far networks are from the slow flow that starts from each one's own weights and biases."""

import numpy as np
import xarray as xr
from scipy.special import ndtr, ndtri

from thermophoresis.analysis.thermal_time import times_of
from thermophoresis.theory import slow_flow

RATE = "activation_rate"
UNITS = "activation_rate_unit"


def deviations(view: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return measured less expected activation rates, and how far these fall by the last record.

    The activation rate Φ(z) of each unit at the first record tells its z = b/‖w‖ there, from which
    the slow flow follows: what networks differ in at the start cancels.

    Parameters
    ----------
    view
        Cells with both observables, see `analysis.view.cells_with`, for x ~ N(0, I).

    Returns
    -------
    deviation, fall
        Shapes (cell, network, record) and (cell, network); NaN of networks that have diverged.
    """
    rate = view[RATE].values.astype(np.float64)
    start = view[UNITS].isel(record=0)
    start = start.stack(of=[it for it in start.dims if it not in ("cell", "network")])
    z = ndtri(start.transpose("cell", "network", "of").values.astype(np.float64))
    tau = times_of(view)
    expected = np.stack(
        [
            ndtr(slow_flow.ratio(of_cell[:, np.newaxis], time[:, np.newaxis])).mean(axis=-1)
            for of_cell, time in zip(z, tau, strict=True)
        ]
    )
    return rate - expected, expected[..., 0] - expected[..., -1]
