"""The mean over networks of an observable at the last record, by cell."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of

if TYPE_CHECKING:
    from thermophoresis.config.statistics.final_value import FinalValueClaim


def estimate(
    claim: "FinalValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    view = asked_cells(read[claim.curves], claim.observables, claim)
    last = view[claim.observable].isel(record=-1).transpose("cell", "network")
    return mean_of_each(last.values.astype(np.float64), names_of(view), rng)
