"""The cells of an experiment that differ in one hyperparameter, each as one curve."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from thermophoresis.analysis.thermal_time import thermal_time
from thermophoresis.errors import UserError
from thermophoresis.numerics.intervals import Band, mean_band


@dataclass(frozen=True)
class Sweep:
    """K curves of one observable, sorted by learning rate, then batch size.

    Attributes
    ----------
    learning_rate, batch_size
        Shape (K,).
    step
        Iteration t of each record, shape (K, records).
    band
        Mean over replicas and its confidence interval, shape (K, records).
    seeds, replicas
        Size of the ensemble: that many replicas for each seed, pooled.
    """

    learning_rate: np.ndarray
    batch_size: np.ndarray
    step: np.ndarray
    band: Band
    seeds: int
    replicas: int

    @property
    def thermal_time(self) -> np.ndarray:
        """τ = η² t / |B|, shape (K, records)."""
        return thermal_time(self.learning_rate, self.batch_size, self.step)

    @property
    def left_out(self) -> np.ndarray:
        """Number of replicas that have diverged and are not averaged, shape (K, records)."""
        return self.seeds * self.replicas - self.band.count


def select_sweep(
    curves: xr.Dataset,
    observable: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    level: float = 0.95,
) -> Sweep:
    """Pool seeds and replicas of every trained cell with the given learning rate or batch size.

    Parameters
    ----------
    curves
        Content of a curves file.
    observable
        Name of a variable of it.
    learning_rate, batch_size
        What the cells have in common; None leaves it free.
    level
        Confidence level of the bands.

    Raises
    ------
    UserError
        The curves lack the observable or have fewer than two such cells.
    """
    if observable not in curves:
        raise UserError(f"the curves hold no observable {observable}")
    cells = [
        (rate, batch)
        for i, rate in enumerate(curves["learning_rate"].values)
        for j, batch in enumerate(curves["batch_size"].values)
        if curves["trained"].values[i, j]
        and learning_rate in (None, rate)
        and batch_size in (None, batch)
    ]
    if len(cells) < 2:
        raise UserError(
            f"the curves hold {len(cells)} cells with "
            + (
                f"batch size {batch_size}"
                if learning_rate is None
                else f"learning rate {learning_rate}"
            )
            + "; a sweep needs two or more"
        )
    rates, batches = (
        xr.DataArray(list(values), dims="cell") for values in zip(*cells, strict=True)
    )
    chosen = curves[[observable]].sel(learning_rate=rates, batch_size=batches)
    pooled = chosen[observable].transpose("cell", "record", "seed", "replica")
    values = pooled.values.reshape(*pooled.shape[:2], -1)
    return Sweep(
        learning_rate=rates.values,
        batch_size=batches.values,
        step=chosen["step"].transpose("cell", "record").values.astype(np.float64),
        band=mean_band(values, level),
        seeds=pooled.sizes["seed"],
        replicas=pooled.sizes["replica"],
    )
