"""The mean over pairs of networks of what was measured of them at the last record."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import at_coordinates
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.pair_value import PairValueClaim


def estimate(
    claim: "PairValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    measured = read[claim.reads[0]]
    if claim.variable not in measured:
        raise UserError(
            f"{claim.measurement} of pair {claim.pair} has no variable {claim.variable}; it has "
            f"{', '.join(map(str, measured.data_vars))}"
        )
    last = at_coordinates(measured, claim.at)[claim.variable].isel(record=-1)
    last = last.transpose("seed", "replica")
    return mean_of_each(last.values.astype(np.float64).reshape(1, -1), [""], rng)
