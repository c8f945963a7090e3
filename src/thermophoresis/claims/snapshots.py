"""What was measured at the snapshots of the networks of an experiment."""

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import cells_with


def at_snapshots_of(dataset: xr.Dataset, name: str) -> np.ndarray:
    """Return a quantity of the trained cells as (network, cell × record).

    Raises
    ------
    UserError
        There is no such quantity.
    """
    values = cells_with(dataset, [name])[name].transpose("network", "cell", "record").values
    return values.astype(np.float64).reshape(len(values), -1)


def left_out(whole: np.ndarray) -> str:
    """Say how many networks are left out of a statistic of the curvature."""
    if whole.all():
        return ""
    return f"{(~whole).sum():,} of {len(whole):,} networks are left out"
