"""Whether two quantities go together along the training of a network."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy import stats

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.cells import FEW, cell_names
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.claims.snapshots import left_out

if TYPE_CHECKING:
    from thermophoresis.config.statistics.rank_correlation import RankClaim


FEWEST_RANKS = 5  # of fewer records networks agree too often by chance


def rank_correlation(
    curves: xr.Dataset,
    curvature: xr.Dataset,
    of: str,
    on: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    further: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Estimate, ...]:
    """Spearman's correlation over the snapshots of a network, averaged over networks, in each cell.

    Cells are not pooled: learning rates differ in both quantities, and what goes together from one
    rate to another says nothing about what goes together along the training of a network.
    Quantities that the curvature file lacks are those of the curves at the same records.
    """
    at_snapshots = curves.sel(record=curvature["record"], replica=curvature["replica"])
    recorded = [name for name in (of, on) if name not in curvature and name in curves]
    joined = curvature.assign({name: at_snapshots[name] for name in recorded})
    cells = cells_with(
        joined,
        [of, on],
        learning_rate=learning_rate,
        batch_size=batch_size,
        further=further,
    )
    first, second = (cells[name].values.astype(np.float64) for name in (of, on))
    finite = np.all(np.isfinite([first, second]), axis=(0, 1, 3))
    return tuple(
        replace(_rank_correlation(x, y, finite), cell=name)
        for name, x, y in zip(cell_names(cells), first, second, strict=True)
    )


def _rank_correlation(first: np.ndarray, second: np.ndarray, finite: np.ndarray) -> Estimate:
    """Average Spearman's correlation of two quantities (network, record) over networks."""
    records = first.shape[1]
    if records < FEWEST_RANKS:
        return Estimate(np.nan, np.nan, 0, "too few snapshots")
    # Of a network in which nothing moves, ranks say nothing.
    whole = finite & (np.ptp(first, axis=1) > 0) & (np.ptp(second, axis=1) > 0)
    n = int(whole.sum())
    caveat = left_out(whole)
    if n < 2:
        return Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, FEW))))
    ranks = [stats.rankdata(array[whole], axis=1) for array in (first, second)]
    centred = [rank - rank.mean(axis=1, keepdims=True) for rank in ranks]
    norm = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    correlation = (centred[0] * centred[1]).sum(axis=1) / norm
    # Networks that agree exactly do not prove that all would. The error is at least that of one in
    # which two neighbours have changed places.
    swap = 12 / (records * (records**2 - 1))
    error = max(correlation.std(ddof=1) / np.sqrt(n), swap / n)
    return Estimate(float(correlation.mean()), float(error), n, caveat, limits=WITHIN_ONE)


def estimate(
    claim: "RankClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return rank_correlation(
        read[claim.curves],
        read[claim.chain],
        claim.of,
        claim.on,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
