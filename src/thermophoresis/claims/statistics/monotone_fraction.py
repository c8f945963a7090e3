"""How much of a mean curve falls."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, cells_of, of_each
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim


def monotone_fraction(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Return the fraction of the intervals between records in which the mean falls, by cell."""

    def falling(mean: np.ndarray) -> np.ndarray:
        return (np.diff(mean, axis=1) < 0).mean(1)  # type: ignore[no-any-return]  # numpy: Any

    return of_each(cells.names, cells, falling, rng, (0.0, 1.0))


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return monotone_fraction(cells_of(claim, read), rng)
