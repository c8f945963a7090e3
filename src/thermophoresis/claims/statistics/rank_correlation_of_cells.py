"""Whether two quantities go together from one cell to another, a third one held fixed.

Kendall's τ over the cells' means over networks. With a third quantity z, Kendall's partial
coefficient (Kendall 1942), (τ_xy − τ_xz τ_yz) / √((1 − τ_xz²)(1 − τ_yz²)). What varies are the
cells, which differ in their architecture: their resamples make the standard error, and each draws
its networks anew as well.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.claims.snapshots import left_out
from thermophoresis.numerics.resampling import RESAMPLES, resample_weights, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.rank_correlation_of_cells import (
        RankCorrelationOfCellsClaim,
    )

FEWEST_CELLS = 8  # of fewer, resamples have too few distinct ones


def kendall(x: np.ndarray, y: np.ndarray) -> float:
    """Return Kendall's τ_b of two quantities (cell,); NaN where one of them does not vary."""
    signs = [np.sign(it[:, None] - it[None, :]) for it in (x, y)]
    norm = np.sqrt((signs[0] ** 2).sum() * (signs[1] ** 2).sum())
    return float((signs[0] * signs[1]).sum() / norm) if norm > 0 else float("nan")


def partial_kendall(x: np.ndarray, y: np.ndarray, z: np.ndarray | None) -> float:
    """Return Kendall's partial coefficient of x and y given z, each (cell,); τ without z."""
    tau = kendall(x, y)
    if z is None:
        return tau
    one, other = kendall(x, z), kendall(y, z)
    rest = (1 - one**2) * (1 - other**2)
    return float((tau - one * other) / rest**0.5) if rest > 0 else float("nan")


def estimate(
    claim: "RankCorrelationOfCellsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim.

    Raises
    ------
    UserError
        A file lacks what is asked for.
    """
    curves, measured = (read[name] for name in claim.reads)
    names = [it for it in (claim.of, claim.given) if it is not None]
    view = asked_cells(measured, names, claim).isel(record=-1)
    recorded = curves.sel(replica=measured["replica"])
    observed = asked_cells(recorded, [claim.observable], claim).isel(record=-1)
    arrays = [view[it] for it in names] + [observed[claim.observable]]
    values = np.stack([it.transpose("cell", "network").values.astype(np.float64) for it in arrays])
    whole = np.asarray(np.isfinite(values).all(axis=(0, 1)))
    cells, networks = values.shape[1], int(whole.sum())
    caveat = left_out(whole)
    if cells < FEWEST_CELLS or networks < 2:
        why = f"{cells} cells with {networks} networks; it takes {FEWEST_CELLS} with two"
        return (Estimate(np.nan, np.nan, cells, "; ".join(filter(None, (caveat, why)))),)
    values = values[:, :, whole]

    def statistic(means: np.ndarray) -> float:
        x, *z, y = means
        return partial_kendall(x, y, z[0] if z else None)

    found = []
    for weights in resample_weights(networks, rng):
        chosen = rng.integers(cells, size=cells)
        found.append(statistic(values[:, chosen] @ weights))
    resampled = np.array(found)
    # A resample of one cell over and over has none.
    resampled = resampled[np.isfinite(resampled)]
    value = statistic(values.mean(axis=2))
    if not np.isfinite(value) or len(resampled) < RESAMPLES / 2:
        return (Estimate(np.nan, np.nan, cells, "one of the quantities does not vary"),)
    error = spread(resampled, cells)
    told = (
        f"over {cells} cells, means of {networks} networks each; resampled are cells and networks"
    )
    caveat = "; ".join(filter(None, (caveat, told)))
    return (Estimate(value, error, cells, caveat, limits=WITHIN_ONE),)
