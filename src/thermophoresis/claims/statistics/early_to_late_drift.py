"""Whether a mean moves early or late."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import FEW, Cells, cells_of, nothing, of_each
from thermophoresis.claims.drift import blocks_of_drift
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim


def early_to_late_drift(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Contrast (e − l)/(|e| + |l|) of the downward drifts per thermal time, early e and late l.

    Early and late are the first and the last third of the records; in each cell. The standard error
    is that of e − l, in units of |e| + |l| of the sample: the contrast itself saturates at ±1,
    where resamples agree however little is known of e and l.
    """

    def ends(mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        drift, _ = blocks_of_drift(cells, mean, 3)
        return drift[:, 0], drift[:, -1]

    if cells.replicas < 2:
        return (nothing(cells, FEW),)
    if cells.step.shape[1] < 3:  # two records have no early and no late
        return (nothing(cells, "too few records"),)
    unit = np.sum(np.abs(ends(cells.values[0].mean(axis=1))), axis=0)

    def contrast(mean: np.ndarray, _: np.ndarray) -> np.ndarray:
        early, late = ends(mean)
        return (early - late) / unit  # type: ignore[no-any-return]  # numpy: Any

    return of_each(cells.names, cells, contrast, rng, WITHIN_ONE)


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return early_to_late_drift(cells_of(claim, read), rng)
