"""How the β at which curves part goes with the size of the training set: slope of ln β* on ln N."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import cells_with, labels_of
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.exchange import (
    breaking_factor,
    clock,
    exchanged,
    on_one_grid,
    squared_distances,
)
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.breaking_slope import BreakingSlopeClaim

MOST_LOST = 0.05  # of resamples may have no β*


def estimate(
    claim: "BreakingSlopeClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the slope of ln β* on ln N, networks resampled jointly at all N.

    Raises
    ------
    UserError
        There are no such cells.
    """
    every = cells_with(read[claim.curves], [claim.observable], further=claim.cells)
    labels = labels_of(every, claim.along)
    sizes = np.unique(labels.astype(np.float64))
    values, times = [], []
    for size in sizes:
        view = every.isel(cell=np.flatnonzero(labels == size))
        cells = exchanged(view, (claim.base_rate, claim.base_batch), claim.factors, "linear")
        curves = view[claim.observable].transpose("cell", "network", "record").values[cells]
        values.append(curves.astype(np.float64))
        # Samples over N are epochs.
        unit = size if claim.time == "epochs" else 1.0
        times.append(clock(view, claim.time)[cells] / unit)
    whole = np.all([np.isfinite(it).all(axis=(0, 2)) for it in values], axis=0)
    n = int(whole.sum())
    if n < 2 or len(sizes) < 2:
        return Estimate(np.nan, np.nan, n, "it takes two sizes and two networks")
    weights = sample_and_resamples(n, rng)
    end = min(float(it[:, -1].min()) for it in times)
    breaks = np.stack(
        [
            breaking_factor(
                claim.factors,
                squared_distances(on_one_grid(curves[:, whole], time, end), weights),
            )
            for curves, time in zip(values, times, strict=True)
        ]
    )
    told = ", ".join(
        f"β* = {found:.1f} at N = {size:g}" for size, found in zip(sizes, breaks[:, 0], strict=True)
    )
    told = f"{told}; curves up to {end:g} of {claim.time.replace('_', ' ')}"
    x = np.log(sizes) - np.log(sizes).mean()
    slopes = x @ np.log(breaks) / (x @ x)
    defined = np.isfinite(slopes[1:])
    if not np.isfinite(slopes[0]) or defined.mean() < 1 - MOST_LOST:
        return Estimate(np.nan, np.nan, n, f"curves do not part within these β; {told}")
    return Estimate(float(slopes[0]), spread(slopes[1:][defined], n), n, told)
