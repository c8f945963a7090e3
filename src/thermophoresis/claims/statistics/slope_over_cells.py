"""How measured quantities change from cell to cell with another one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each

if TYPE_CHECKING:
    from thermophoresis.config.statistics.slope_over_cells import SlopeOverCellsClaim


def estimate(
    claim: "SlopeOverCellsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the slope of the straight line through the cells' means, of each quantity.

    By least squares with an intercept. A network has one slope over its cells, since what it is
    regressed on is the mean over networks; the mean of these is the slope of means, and networks
    are resampled.

    Raises
    ------
    UserError
        The measurement lacks a variable, or there are no such cells.
    """
    view = asked_cells(read[claim.reads[0]], [*claim.of, claim.on], claim)
    last = view.isel(record=-1).astype(np.float64)
    along = last[claim.on].transpose("cell", "network").values
    whole = np.isfinite(along).all(axis=0)
    x = along[:, whole].mean(axis=1) if whole.any() else np.full(len(along), np.nan)
    x = x - x.mean()
    square = float(x @ x)
    if not square > 0:
        why = f"{claim.on} is the same in all cells" if square == 0 else "nothing is finite"
        return (Estimate(np.nan, np.nan, int(whole.sum()), why),)
    slopes = [x @ last[name].transpose("cell", "network").values / square for name in claim.of]
    names = list(claim.of) if len(claim.of) > 1 else [""]
    return mean_of_each(np.stack(slopes), names, rng)
