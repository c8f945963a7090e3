"""How two measured quantities go together among networks of one cell or one η/|B|, on average.

What is shared within a group is held fixed exactly, whatever goes with it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.claims.measured_cells import both, resampled_networks, whole_cells
from thermophoresis.claims.ranks import Pairs, spearman
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.correlation_within import CorrelationWithinClaim


def in_group(x: np.ndarray, y: np.ndarray, chosen: np.ndarray, coefficient: str) -> np.ndarray:
    """Return the coefficient of resamples within one group, (resample,).

    Parameters
    ----------
    x, y
        Each (cell, network).
    chosen
        Networks of each resample, (resample, network).
    coefficient
        ``spearman`` or ``kendall``.
    """
    if coefficient == "kendall":
        counts = np.stack([np.bincount(row, minlength=x.shape[1]) for row in chosen])
        return Pairs(x, y).kendall(counts.astype(np.float64))
    one, other = (np.moveaxis(it[:, chosen], 1, 0).reshape(len(chosen), -1) for it in (x, y))
    return spearman(one, other)


def estimate(
    claim: "CorrelationWithinClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim, the mean over groups.

    Raises
    ------
    UserError
        A file lacks what is asked for.
    """
    cells = whole_cells(claim, read, [claim.of, claim.on])
    n = cells.networks
    if n < 2:
        return Estimate(np.nan, np.nan, n, both(cells.caveat, "fewer than two networks"))
    shared = np.arange(len(cells.noise)) if claim.within == "cell" else cells.noise
    chosen = np.concatenate([np.arange(n)[None], resampled_networks(n, rng, RESAMPLES)])
    found = []
    for label in np.unique(shared):
        x, y = (it[shared == label] for it in cells.values)
        found.append(in_group(x, y, chosen, claim.coefficient))
    told = f"between {min(it[0] for it in found):.2f} and {max(it[0] for it in found):.2f}"
    told = f"mean over {len(found)} groups, {told}".replace("-", "−")
    mean = np.mean(found, axis=0)
    if not np.isfinite(mean).all():
        return Estimate(np.nan, np.nan, n, both(cells.caveat, "one of the two does not vary"))
    caveat = both(cells.caveat, told)
    return Estimate(float(mean[0]), spread(mean[1:], n), n, caveat, limits=WITHIN_ONE)
