"""The total of one measured quantity over that of another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.claims.snapshots import asked_snapshots, summed

if TYPE_CHECKING:
    from thermophoresis.config.statistics.ratio_of_totals import RatioOfTotalsClaim


def ratio_of_totals(
    view: xr.Dataset, of: str, over: str, rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return Σ y / Σ x over networks, snapshots and further axes, in each cell.

    Parameters
    ----------
    view
        See `claims.snapshots.asked_snapshots`.
    of, over
        Names of y and x, whose total has a sign that chance does not change.
    rng
        Where the resamples of networks come from.
    """
    totals, scale = summed(view[of]), summed(view[over])
    whole = (np.isfinite(totals) & np.isfinite(scale)).all(axis=0)
    # Means are given in units of sizes.
    sign = np.where(scale[:, whole].sum(axis=1) < 0, -1.0, 1.0)
    return mean_of_each(totals * sign[:, np.newaxis], names_of(view), rng, scale)


def estimate(
    claim: "RatioOfTotalsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    return ratio_of_totals(asked_snapshots(claim, read), claim.of, claim.over, rng)
