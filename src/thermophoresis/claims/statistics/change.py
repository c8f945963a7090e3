"""The change of a mean from the first to the last record."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, cells_of, of_each
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim


def change(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Change of the mean from the first to the last record, in each cell."""
    return of_each(cells.names, cells, lambda mean: mean[:, -1] - mean[:, 0], rng)


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return change(cells_of(claim, read), rng)
