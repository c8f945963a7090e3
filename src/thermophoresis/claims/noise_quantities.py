"""What noise leaves late in training: excess over a cell without noise, and its spread.

A network has the same initial parameters in every cell. What an observable is in a cell less what
it is in that without noise, at the same time, is what noise has done; initial parameters and the
course of training without noise are not in it.
"""

import numpy as np
import xarray as xr

from thermophoresis.errors import UserError

LATE = 2 / 3  # of the run is over
Array = np.ndarray


def late_excess(view: xr.Dataset, without: xr.Dataset, observable: str) -> Array:
    """Return what noise has done to an observable in the last third of the run.

    Parameters
    ----------
    view
        Cells, all of which end at the same time, with as many records.
    without
        The one without noise.

    Returns
    -------
    Shape (cell, network, record).

    Raises
    ------
    UserError
        There is not one cell without noise.
    """
    if without.sizes["cell"] != 1:
        raise UserError(f"{without.sizes['cell']} cells without noise; must be 1")
    order = ("cell", "network", "record")
    values, still = (it[observable].transpose(*order).values for it in (view, without))
    late = np.arange(values.shape[-1]) >= LATE * (values.shape[-1] - 1)
    found: Array = (values - still)[..., late].astype(np.float64)
    return found


def quantities(excess: Array, quantity: str, weights: Array) -> Array:
    """Return a quantity of each cell, (cell, resamples).

    Parameters
    ----------
    excess
        Shape (cell, network, record).
    quantity
        ``excess``, its mean; ``spread``, its variance over networks, each averaged over records.
    weights
        Of networks, (resamples, network).
    """
    if quantity == "excess":
        return np.asarray(excess.mean(axis=2) @ weights.T)
    mean, square = (
        np.einsum("bn,cnr->cbr", weights, it, optimize=True) for it in (excess, excess**2)
    )
    n = excess.shape[1]
    return np.asarray((square - mean**2).mean(axis=2) * n / (n - 1))
