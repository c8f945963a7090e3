"""Whether the speed at which a mean moves follows the error."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, cells_of, nothing, of_each
from thermophoresis.claims.drift import blocks_of_drift
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim


BLOCKS = 10  # of a run, over which a drift is averaged


def drift_error_correlation(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Correlate the downward drift per thermal time with E(p − y)² along a run.

    Pearson's correlation over ten blocks of the run, of ensemble means; in each cell.
    """
    if cells.step.shape[1] < 4:  # on two blocks there is always a straight line
        return (nothing(cells, "too few records"),)

    def correlations(mean: np.ndarray, error: np.ndarray) -> np.ndarray:
        drift, records = blocks_of_drift(cells, mean, BLOCKS)
        middle = (error[:, records[:-1]] + error[:, records[1:]]) / 2
        return np.array(
            [
                np.corrcoef(d, e)[0, 1] if np.ptp(d) > 0 and np.ptp(e) > 0 else np.nan
                for d, e in zip(drift, middle, strict=True)
            ]
        )

    return of_each(cells.names, cells, correlations, rng, WITHIN_ONE)


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return drift_error_correlation(cells_of(claim, read), rng)
