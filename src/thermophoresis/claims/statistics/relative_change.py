"""The change of a mean, in units of its size at the start."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, cells_of, of_each
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim


def relative_change(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Return `change` over the size of the mean at the first record, in each cell."""

    def relative(mean: np.ndarray) -> np.ndarray:
        return (mean[:, -1] - mean[:, 0]) / np.abs(mean[:, 0])  # type: ignore[no-any-return]  # numpy: Any

    return of_each(cells.names, cells, relative, rng)


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return relative_change(cells_of(claim, read), rng)
