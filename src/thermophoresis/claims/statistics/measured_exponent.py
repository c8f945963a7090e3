"""The power with which the mean over networks of what was measured goes along an axis of its own.

It is the slope of the straight line through the logarithms of the means, on the logarithm of the
coordinate, at the last record. Means are taken before logarithms: what is measured of single
networks may be so noisy that it has either sign.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.claims.snapshots import asked_measurement
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.measured_exponent import MeasuredExponentClaim


def estimate(
    claim: "MeasuredExponentClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for.

    A network with a number that is not finite is left out of its cell. Where the mean of a resample
    is not positive, there is no exponent.

    Raises
    ------
    UserError
        The measurement lacks the variable, or that the axis.
    """
    view = asked_measurement(claim, read)
    measured = view[claim.variable]
    if claim.along not in measured.dims:
        raise UserError(
            f"{claim.variable} of {claim.measurement} has no axis {claim.along}; "
            f"it has {', '.join(map(str, measured.dims))}"
        )
    if "record" in measured.dims:
        measured = measured.isel(record=-1)
    values = measured.transpose("cell", "network", claim.along).values.astype(np.float64)
    x = np.log(measured[claim.along].values.astype(np.float64))
    x = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    found = []
    for name, cell in zip(names_of(view), values, strict=True):
        whole = cell[np.isfinite(cell).all(axis=1)]
        n = len(whole)
        if n < 2:
            found.append(
                Estimate(np.nan, np.nan, n, "fewer than two have finite values", cell=name)
            )
            continue
        means = sample_and_resamples(n, rng) @ whole
        if (means <= 0).any():
            why = "a mean over networks is not told from zero: it has no logarithm"
            found.append(Estimate(np.nan, np.nan, n, why, cell=name))
            continue
        slopes = np.log(means) @ x
        caveat = "" if n == len(cell) else f"{len(cell) - n:,} of {len(cell):,} are left out"
        found.append(Estimate(float(slopes[0]), spread(slopes[1:], n), n, caveat, cell=name))
    return tuple(found)
