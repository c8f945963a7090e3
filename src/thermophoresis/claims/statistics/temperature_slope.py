"""The slope of a measured quantity on ln(η/|B|) over cells, in units of its mean over them.

A network has the same initialisation in every cell, so that networks are resampled in all of them
at once.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each
from thermophoresis.claims.snapshots import asked_measurement

if TYPE_CHECKING:
    from thermophoresis.config.statistics.temperature_slope import TemperatureSlopeClaim


def estimate(
    claim: "TemperatureSlopeClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim; NaN with fewer than two temperatures."""
    view = asked_measurement(claim, read)
    measured = view[claim.variable]
    if "record" in measured.dims:
        measured = measured.isel(record=-1)
    values = measured.transpose("cell", "network").values.astype(np.float64)
    drive = np.log(view["learning_rate"].values / view["batch_size"].values)
    centred = drive - drive.mean()
    if not centred.any():
        return (Estimate(np.nan, np.nan, values.shape[1], "all cells have one temperature"),)
    slopes = centred @ values / (centred @ centred)
    return mean_of_each(slopes[None], [""], rng, values.mean(axis=0)[None])
