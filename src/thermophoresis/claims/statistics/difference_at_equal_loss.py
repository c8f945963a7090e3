"""How far an observable of one cell lies above that of another, at equal loss and equal last η."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.thermal_time import SCHEDULED
from thermophoresis.claims.cells import Cells, cells_of, of_each
from thermophoresis.claims.equal_loss import at_equal_loss
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.difference_at_equal_loss import EqualLossClaim


def difference_at_equal_loss(
    cells: Cells, rng: np.random.Generator, at_most: float | None = None
) -> tuple[Estimate, ...]:
    """How far an observable of the first cell lies above that of each other one, at equal loss.

    Of each cell those records count from which on the learning rate keeps its last value. For
    levels of the mean loss that all cells reach there, the observable when the level is first
    reached there; the mean difference.

    Parameters
    ----------
    cells
        Observable and loss, in the order of the claim.
    rng
        Where the resamples of networks come from.
    at_most
        The highest level of the loss; None for all that are reached.
    """
    starts = [last_stretch(row) for row in rates(cells)]
    names = [f"{cells.names[0]} against {other}" for other in cells.names[1:]]

    def differences(mean: np.ndarray, mean_loss: np.ndarray) -> np.ndarray:
        late, late_loss = (
            [row[start:] for row, start in zip(rows, starts, strict=True)]
            for rows in (mean, mean_loss)
        )
        at_level = at_equal_loss(late, late_loss, at_most)
        if at_level is None:
            return np.full(len(names), np.nan)
        return np.array([(at_level[0] - other).mean() for other in at_level[1:]])

    return of_each(names, cells, differences, rng)


def rates(cells: Cells) -> np.ndarray:
    """Return η of the step that follows each record, (K, records)."""
    constant = np.broadcast_to(cells.learning_rate[:, np.newaxis], cells.step.shape)
    if SCHEDULED not in cells.view.coords:
        return constant
    # Cells without a schedule need not tell.
    told = cells.view[SCHEDULED].values
    return np.where(np.isnan(told), constant, told)


def last_stretch(rate: np.ndarray) -> int:
    """Return the first record from which on η keeps the value that it has in the last step."""
    changes = np.flatnonzero(rate[:-1] != rate[-2])
    return int(changes[-1]) + 1 if len(changes) else 0


def estimate(
    claim: "EqualLossClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return difference_at_equal_loss(cells_of(claim, read), rng, claim.loss_at_most)
