"""Whether two quantities go together along the training of a network."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from thermophoresis.claims.cells import FEW, cell_names
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.claims.snapshots import at_snapshots_of, cells_with, left_out

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
) -> tuple[Estimate, ...]:
    """Spearman's correlation over the snapshots of a network, averaged over networks, in each cell.

    Cells are not pooled: learning rates differ in both quantities, and what goes together from one
    rate to another says nothing about what goes together along the training of a network.
    Quantities that the curvature file lacks are those of the curves at the same records.
    """
    at_snapshots = curves.sel(record=curvature["record"], replica=curvature["replica"])
    records = curvature.sizes["record"]
    joined = [
        at_snapshots_of(
            curvature if name in curvature else at_snapshots,
            name,
            learning_rate=learning_rate,
            batch_size=batch_size,
        )
        for name in (of, on)
    ]
    raw = [np.moveaxis(array.reshape(len(array), -1, records), 1, 0) for array in joined]
    finite = np.all([np.isfinite(array).all(axis=1) for array in joined], axis=0)
    rates, batches = np.nonzero(cells_with(curvature, learning_rate, batch_size))
    names = cell_names(
        curvature["learning_rate"].values[rates], curvature["batch_size"].values[batches]
    )
    return tuple(
        # Of two quantities, as mypy cannot know.
        replace(_rank_correlation(*of_cell, finite), cell=name)  # type: ignore[call-arg]
        for name, *of_cell in zip(names, *raw, strict=True)
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
    )
