"""The mean over networks of what was measured of each run at the last record, by cell.

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

if TYPE_CHECKING:
    from thermophoresis.config.statistics.measured_value import MeasuredValueClaim


def estimate(
    claim: "MeasuredValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    view = asked_measurement(claim, read)
    measured = view[claim.variable]
    # Where there is a control, it is also at the last record; what networks have once has none.
    last = measured.isel({axis: -1 for axis in ("record", "control") if axis in measured.dims})
    last = last.transpose("cell", "network")
    means = mean_of_each(last.values.astype(np.float64), names_of(view), rng)
    return tuple(replace(it, root=claim.root) for it in means)
