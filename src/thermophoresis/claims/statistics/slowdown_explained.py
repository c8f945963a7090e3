"""How much of the fall of a drift the fall of the error explains."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, cells_of, nothing, of_each
from thermophoresis.claims.drift import blocks_of_drift
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim

THIRDS = 3


def slowdown_explained(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Return the relative fall of E(p − y)² over that of the downward drift, in each cell.

    Both from the first third of a run to the last, equal in √τ: 1 if the drift falls as the error
    does, below 0 if the error rises while the drift falls.
    """
    if cells.step.shape[1] < THIRDS + 1:
        return (nothing(cells, "too few records"),)
    tau = cells.thermal_time

    def ratio(mean: np.ndarray, error: np.ndarray) -> np.ndarray:
        drift, records = blocks_of_drift(cells, mean, THIRDS)
        # The mean over thermal time, as the drift is one.
        area = np.zeros_like(error)
        area[:, 1:] = np.cumsum((error[:, 1:] + error[:, :-1]) / 2 * np.diff(tau, axis=1), axis=1)
        of_blocks = np.diff(area[:, records], axis=1) / np.diff(tau[:, records], axis=1)
        falls = [1 - it[:, -1] / it[:, 0] for it in (of_blocks, drift)]
        return falls[0] / falls[1]

    return of_each(cells.names, cells, ratio, rng)


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return slowdown_explained(cells_of(claim, read), rng)
