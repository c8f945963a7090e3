"""Averages over the last third of a run."""

import numpy as np
import xarray as xr

from thermophoresis.analysis.thermal_time import thermal_time, thermal_windows


def late_weights(view: xr.Dataset) -> np.ndarray:
    """Return how much each record counts, (cell, record): the time that it stands for.

    Parameters
    ----------
    view
        Cells; see `analysis.view.cells_with`. Records before the last third of the thermal time of
        a cell, in √τ, do not count; the others count by the trapezoidal rule in τ.
    """
    rates, batches, steps = (view[it].values for it in ("learning_rate", "batch_size", "step"))
    weights = np.zeros(steps.shape)
    for cell, tau in enumerate(thermal_time(rates, batches, steps)):
        each = slice(cell, cell + 1)
        *_, (low, _) = thermal_windows(rates[each], batches[each], steps[each])
        late = np.flatnonzero(tau >= low * (1 - 1e-9))
        # The trapezoidal rule: half of the stretch to either side.
        stretches = np.diff(tau[late]) / 2
        weights[cell, late[:-1]] += stretches
        weights[cell, late[1:]] += stretches
    return weights
