"""The mean over networks of what was measured of each run at one record, by cell.

With ``root`` what was measured is a square, and the root of the mean over networks is taken.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.claims.snapshots import asked_measurement
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.measured_value import MeasuredValueClaim


def estimate(
    claim: "MeasuredValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for.

    Raises
    ------
    UserError
        The measurement lacks the variable or the snapshot.
    """
    view = asked_measurement(claim, read)
    measured = view[claim.variable]
    if claim.snapshot is not None:
        if claim.snapshot > (kept := measured.sizes.get("record", 0)):
            raise UserError(
                f"{claim.measurement} of {claim.experiment} has {kept} snapshots of "
                f"{claim.variable}, not {claim.snapshot}"
            )
        measured = measured.isel(record=[claim.snapshot - 1])
    # Where there is a control, it is also at the last record; what networks have once has none.
    last = measured.isel({axis: -1 for axis in ("record", "control") if axis in measured.dims})
    last = last.transpose("cell", "network")
    means = mean_of_each(last.values.astype(np.float64), names_of(view), rng)
    return tuple(replace(it, root=claim.root) for it in means)
