"""How far curves of a stronger drive lie above the next weaker one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, cells_of, of_each, on_common_grid
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import RescaledClaim


def gap(
    cells: Cells, rate_exponent: float, batch_exponent: float, rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return `gap_along` t η^α / |B|^β."""
    return gap_along(cells, cells.axis(rate_exponent, batch_exponent), rng)


def gap_along(cells: Cells, axis: np.ndarray, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """How far curves of a stronger drive lie above the next weaker one, at equal rescaled time.

    The mean of the difference over the range that all curves share, in units of the range of all
    values there; of each pair of neighbouring cells. Cells of equal drive are compared in the order
    of their labels, or in that in which the claim has them.
    """

    def gaps(mean: np.ndarray) -> np.ndarray:
        curves = on_common_grid(axis, mean)
        extent = np.ptp(curves)
        return np.diff(curves, axis=0).mean(axis=1) / (extent if extent > 0 else np.nan)  # type: ignore[no-any-return]  # numpy: Any

    return of_each(cells.pairs, cells, gaps, rng)


def estimate(
    claim: "RescaledClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    cells = cells_of(claim, read)
    return gap_along(cells, cells.along(claim), rng)
