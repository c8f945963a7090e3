"""The change of a mean from the first to the last record."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, cells_of, of_each
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ObservableClaim

ALIKE = "all networks change by the same, which is no interval"


def change(cells: Cells, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Change of the mean from the first to the last record, in each cell.

    Where all networks change by the same, such as a count that stays 0, their number tells nothing
    of how much others would: there is no interval.
    """
    found = of_each(cells.names, cells, lambda mean: mean[:, -1] - mean[:, 0], rng)
    if cells.replicas < 2:
        return found
    values = cells.values[0]
    alike = np.ptp(values[:, :, -1] - values[:, :, 0], axis=1) == 0
    return tuple(
        replace(it.told(ALIKE), standard_error=np.nan) if same else it
        for it, same in zip(found, alike, strict=True)
    )


def estimate(
    claim: "ObservableClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    return change(cells_of(claim, read), rng)
