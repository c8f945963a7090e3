"""How much larger an observable is with a smaller learning rate, at equal loss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import FEW, Cells, cells_of, nothing, of_each
from thermophoresis.claims.equal_loss import at_equal_loss
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim


def gap_at_equal_loss(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """How much larger an observable is with the smaller of two learning rates, at equal loss.

    For levels of the mean loss, held out or of training, that every cell reaches, the observable at
    the time when the level is first reached; the mean difference in units of its mean at the start;
    of each pair of neighbouring cells.
    """
    if cells.replicas < 2:
        return (nothing(cells, FEW),)
    loss = cells.values[1]
    falls = loss[:, :, 0].mean(axis=1) - np.minimum.accumulate(loss.mean(axis=1), axis=1)[:, -1]
    errors = (loss[:, :, 0] - loss[:, :, -1]).std(axis=1, ddof=1) / np.sqrt(cells.replicas)
    if (falls < 5 * errors).any():
        return (nothing(cells, "the loss does not fall by more than its noise in every cell"),)

    def gaps(mean: np.ndarray, mean_loss: np.ndarray) -> np.ndarray:
        at_level = at_equal_loss([*mean], [*mean_loss])
        if at_level is None:
            return np.full(len(mean) - 1, np.nan)
        return -np.diff(at_level, axis=0).mean(axis=1) / np.abs(mean[:, 0].mean())  # type: ignore[no-any-return]  # numpy: Any

    return of_each(cells.pairs, cells, gaps, rng)


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return gap_at_equal_loss(cells_of(claim, read), rng)
