"""The curves of single replicas in the cells of an experiment."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.analysis.sweep import select_sweep


class ReplicaCurves(NamedTuple):
    """Curves of single replicas in K cells.

    Attributes
    ----------
    learning_rate, batch_size
        Shape (K,).
    step
        Iteration t of each record, shape (K, records).
    values
        An observable, shape (K, n, records). Replica r has the same initialisation and stream of
        samples in every cell.
    """

    learning_rate: np.ndarray
    batch_size: np.ndarray
    step: np.ndarray
    values: np.ndarray


def select_replica_curves(
    curves: xr.Dataset,
    observable: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
) -> ReplicaCurves:
    """Pool the seeds of every trained cell with the given learning rate or batch size.

    Parameters
    ----------
    curves
        Content of a curves file.
    observable
        Name of a variable of it.
    learning_rate, batch_size
        What the cells have in common; None leaves it free.

    Raises
    ------
    UserError
        The curves lack the observable or have fewer than two such cells.
    """
    sweep = select_sweep(curves, observable, learning_rate=learning_rate, batch_size=batch_size)
    rates, batches = (
        xr.DataArray(values, dims="cell") for values in (sweep.learning_rate, sweep.batch_size)
    )
    chosen = curves[observable].sel(learning_rate=rates, batch_size=batches)
    values = chosen.transpose("cell", "seed", "replica", "record").values
    return ReplicaCurves(
        sweep.learning_rate,
        sweep.batch_size,
        sweep.step,
        values.reshape(len(values), -1, values.shape[-1]),
    )
