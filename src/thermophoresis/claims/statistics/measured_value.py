"""The mean over networks of what was measured of each run at the last record, by cell."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.measured_value import MeasuredValueClaim


def estimate(
    claim: "MeasuredValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    measured = read[claim.reads[0]]
    if claim.variable not in measured:
        raise UserError(
            f"{claim.measurement} of experiment {claim.experiment} has no variable "
            f"{claim.variable}; it has {', '.join(map(str, measured.data_vars))}"
        )
    view = cells_with(
        measured,
        [claim.variable],
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    # Where there is a control, it is also at the last record.
    records = "record" if "record" in view[claim.variable].dims else "control"
    last = view[claim.variable].isel({records: -1}).transpose("cell", "network")
    return mean_of_each(last.values.astype(np.float64), names_of(view), rng)
