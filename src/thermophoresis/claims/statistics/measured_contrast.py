"""A measured quantity in one cell against that in another, networks paired."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.measured_contrast import MeasuredContrastClaim


def estimate(
    claim: "MeasuredContrastClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the mean in the first cell over, or less, that in the second, of each quantity.

    Networks have the same initialisation and samples in both cells, and are resampled together.

    Raises
    ------
    UserError
        The measurement lacks a variable, or there are not two such cells.
    """
    view = asked_cells(read[claim.reads[0]], claim.of, claim)
    if view.sizes["cell"] != 2:
        found = view.sizes["cell"]
        raise UserError(f"{claim.measurement} of {claim.experiment}: {found} cells, 2 are compared")
    names = list(claim.of) if len(claim.of) > 1 else [""]
    last = view[list(claim.of)].isel(record=-1).astype(np.float64)
    cells = [last[it].transpose("cell", "network").values for it in claim.of]
    first, second = (np.stack([it[cell] for it in cells]) for cell in (0, 1))
    if claim.contrast == "difference":
        return mean_of_each(first - second, names, rng)
    return mean_of_each(first, names, rng, second)
