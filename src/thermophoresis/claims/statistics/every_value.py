"""The least and the largest of what was measured, over all networks, cells and snapshots."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.snapshots import asked_measurement, lost

if TYPE_CHECKING:
    from thermophoresis.config.statistics.every_value import EveryValueClaim


def estimate(
    claim: "EveryValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim: both ends of what was evaluated, which are points.

    What is not finite, of networks that diverged or where it is not defined, does not count.
    """
    measured = asked_measurement(claim, read)[claim.variable]
    values = measured.transpose("network", ...).values.astype(np.float64)
    values = values.reshape(len(values), -1)
    finite = np.isfinite(values)
    networks = int(finite.any(axis=1).sum())
    if not networks:
        return (Estimate(np.nan, np.nan, 0, "it is defined nowhere"),)
    caveat = f"of {int(finite.sum()):,} values, all that were evaluated: the interval is a point"
    ends = {"the least": values[finite].min(), "the largest": values[finite].max()}
    return tuple(
        Estimate(float(value), 0.0, networks, caveat, cell=name).told(lost(finite))
        for name, value in ends.items()
    )
