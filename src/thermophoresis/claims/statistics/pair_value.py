"""The mean over pairs of networks of what was measured of them at the last record."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import resample_weights, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.pair_value import PairValueClaim


def pair_value(values: np.ndarray, rng: np.random.Generator) -> Estimate:
    """Mean over pairs of networks (pairs,), of which those that are not finite are left out."""
    left = values[np.isfinite(values)]
    n, total = len(left), len(values)
    caveat = "" if n == total else f"{total - n:,} of {total:,} pairs are left out"
    if n < 2:
        words = "; ".join(filter(None, (caveat, "fewer than two pairs have finite values")))
        return Estimate(np.nan, np.nan, n, words)
    return Estimate(float(left.mean()), spread(resample_weights(n, rng) @ left, n), n, caveat)


def estimate(
    claim: "PairValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    measured = read[claim.reads[0]]
    if claim.variable not in measured:
        raise UserError(
            f"{claim.measurement} of pair {claim.pair} has no variable {claim.variable}; it has "
            f"{', '.join(map(str, measured.data_vars))}"
        )
    last = measured[claim.variable].isel(record=-1).transpose("seed", "replica")
    return pair_value(last.values.astype(np.float64).ravel(), rng)
