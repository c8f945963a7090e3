"""What was measured at the snapshots of the networks of an experiment."""

import numpy as np
import xarray as xr

from thermophoresis.errors import UserError


def cells_with(
    dataset: xr.Dataset, learning_rate: float | None, batch_size: int | None
) -> np.ndarray:
    """Return which cells (learning rate, batch size) are trained and have some η or |B|.

    Raises
    ------
    UserError
        None is.
    """
    chosen = dataset["trained"].transpose("learning_rate", "batch_size").values.astype(bool)
    if learning_rate is not None:
        chosen = chosen & (dataset["learning_rate"].values == learning_rate)[:, np.newaxis]
    if batch_size is not None:
        chosen = chosen & (dataset["batch_size"].values == batch_size)
    if not chosen.any():
        raise UserError(f"no cell has learning rate {learning_rate} and batch size {batch_size}")
    return chosen


def at_snapshots_of(
    dataset: xr.Dataset,
    name: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
) -> np.ndarray:
    """Return a quantity of the trained cells with some η or |B| as (seed × replica, cell × record).

    Raises
    ------
    UserError
        There is no such quantity or no such cell.
    """
    if name not in dataset:
        raise UserError(f"neither curves nor curvature hold {name}")
    chosen = cells_with(dataset, learning_rate, batch_size)
    array = dataset[name].transpose("learning_rate", "batch_size", "seed", "replica", "record")
    cells = array.values[chosen].astype(np.float64)  # (cell, seed, replica, record)
    return np.moveaxis(cells, 0, 2).reshape(cells.shape[1] * cells.shape[2], -1)  # type: ignore[no-any-return]  # numpy: Any


def left_out(whole: np.ndarray) -> str:
    """Say how many networks are left out of a statistic of the curvature."""
    if whole.all():
        return ""
    return f"{(~whole).sum():,} of {len(whole):,} networks are left out"
