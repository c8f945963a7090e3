"""The change of a median over networks, in units of its size at the start."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import FEW, Cells, cells_of, nothing
from thermophoresis.claims.estimate import Estimate
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim


def median_change(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Return (median at the end − median at the start) / |median at the start|, in each cell.

    What the typical network does, where a few can carry the mean the other way. The median of a
    thousand resamples of networks, the same in all cells, tells the error.
    """
    n = cells.replicas
    if n < 2:
        return (nothing(cells, FEW),)
    start, end = cells.values[0][:, :, 0], cells.values[0][:, :, -1]

    def relative(chosen: np.ndarray) -> np.ndarray:
        first, last = (np.median(values[:, chosen], axis=1) for values in (start, end))
        return (last - first) / np.abs(first)  # type: ignore[no-any-return]  # numpy: Any

    with np.errstate(divide="ignore", invalid="ignore"):
        value = relative(np.arange(n))
        resampled = np.array([relative(rng.integers(n, size=n)) for _ in range(RESAMPLES)])
    if not np.isfinite(value).all():
        return (nothing(cells, "the median is zero at the start"),)
    return tuple(
        Estimate(float(one), spread(column, n), n, cells.caveat, cell=name)
        for name, one, column in zip(cells.names, value, resampled.T, strict=True)
    )


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return median_change(cells_of(claim, read), rng)
