"""The slope of one measured quantity on another, by regression through the origin."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.claims.snapshots import asked_snapshots, summed
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.slope import SlopeClaim


def slope(view: xr.Dataset, of: str, on: str, rng: np.random.Generator) -> tuple[Estimate, ...]:
    """Return Σ y x / Σ x² over networks, snapshots and what further axes both have, in each cell.

    Parameters
    ----------
    view
        See `claims.snapshots.asked_snapshots`.
    of, on
        Names of y and x.
    rng
        Where the resamples of networks come from.

    Raises
    ------
    UserError
        They have other axes: one is of units, the other of networks.
    """
    y, x = view[of], view[on]
    if {*y.dims} != {*x.dims}:
        axes = ("/".join(map(str, it.dims)) for it in (y, x))
        raise UserError(f"{of} and {on} have other axes: {' and '.join(axes)}")
    products, squares, of_squares = summed(y * x), summed(x * x), summed(y * y)
    estimates = mean_of_each(products, names_of(view), rng, squares)
    if len(estimates) < len(products):  # nothing is defined
        return estimates
    whole = np.isfinite(products).all(axis=0)
    sums = [it[:, whole].sum(axis=1) for it in (products, squares, of_squares)]
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations = sums[0] / np.sqrt(sums[1] * sums[2])
    return tuple(
        it.told(f"correlation {one:.2f}") for it, one in zip(estimates, correlations, strict=True)
    )


def estimate(
    claim: "SlopeClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    return slope(asked_snapshots(claim, read), claim.of, claim.on, rng)
