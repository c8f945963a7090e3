"""An observable in one cell less that in another at the last record, networks paired."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells, at_coordinates
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.end_gap import EndGapClaim


def estimate(
    claim: "EndGapClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the mean over networks of the first less the second.

    Raises
    ------
    UserError
        There are not two such cells.
    """
    curves = at_coordinates(read[claim.curves], claim.at)
    view = asked_cells(curves, [claim.observable], claim)
    if view.sizes["cell"] != 2:
        raise UserError(f"{claim.experiment}: {view.sizes['cell']} cells, 2 are compared")
    last = view[claim.observable].isel(record=-1).transpose("cell", "network").values
    last = last.astype(np.float64)
    (found,) = mean_of_each((last[0] - last[1])[np.newaxis], [""], rng)
    first, second = (np.nanmean(it) for it in last)
    return (found.told(f"{first:.4f} less {second:.4f}"),)
