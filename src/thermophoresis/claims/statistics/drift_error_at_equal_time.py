"""Whether networks with a larger error move faster, at one time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import FEW, Cells, cells_of, nothing
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim

BLOCKS = 10  # of a run, over which a drift is averaged


def drift_error_at_equal_time(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Correlate, over networks at one time, their downward drift to come with their E(p − y)².

    Pearson's correlation over networks of E(p − y)² at the start of each of ten blocks of the run,
    equal in √τ, with the drift over that block, averaged over the blocks; in each cell. All
    networks of a correlation have the same η, |B| and time, so that time confounds nothing; what
    else tells the networks apart may.
    """
    n = cells.replicas
    if n < 3:
        return (nothing(cells, FEW),)
    mean, error = cells.values
    records = np.unique(np.rint(np.linspace(0, mean.shape[2] - 1, BLOCKS + 1)).astype(int))
    if len(records) < 3:
        return (nothing(cells, "too few records"),)
    drift = -np.diff(mean[:, :, records], axis=2)  # in a block all have the same Δτ
    at_start = error[:, :, records[:-1]]
    moving = (np.ptp(drift, axis=1) > 0) & (np.ptp(at_start, axis=1) > 0)
    weights = sample_and_resamples(n, rng)
    found = []
    for name, x, y, kept in zip(cells.names, at_start, drift, moving, strict=True):
        if not kept.any():
            return (nothing(cells, "no two networks differ"),)
        correlation = _correlations(weights, x[:, kept], y[:, kept]).mean(axis=1)
        found.append(
            Estimate(
                float(correlation[0]),
                spread(correlation[1:], n),
                n,
                cells.caveat,
                cell=name,
                limits=WITHIN_ONE,
            )
        )
    return tuple(found)


def _correlations(weights: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of (networks, blocks), with each row of weights (rows, n)."""
    x, y = ((it - it.mean(axis=0)) / it.std(axis=0) for it in (x, y))
    means = [weights @ it for it in (x, y, x * x, y * y, x * y)]
    covariance = means[4] - means[0] * means[1]
    correlation: np.ndarray = covariance / np.sqrt(
        (means[2] - means[0] ** 2) * (means[3] - means[1] ** 2)
    )
    return correlation


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return drift_error_at_equal_time(cells_of(claim, read), rng)
