"""The largest deviation of the mean activation rate from the slow flow, in units of its fall."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.slow_flow import deviations
from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.cells import FEW
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.claims.snapshots import left_out
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.distance_from_theory import DistanceFromTheoryClaim


def largest_deviation(
    deviation: np.ndarray, fall: np.ndarray, rng: np.random.Generator
) -> Estimate:
    """Estimate the size of the largest mean deviation along a run over the mean fall.

    Parameters
    ----------
    deviation
        Shape (network, record). A network with a value that is not finite is left out.
    fall
        Shape (network,).
    rng
        Where the resamples of networks come from.
    """
    whole = np.isfinite(deviation).all(axis=1) & np.isfinite(fall)
    n, caveat = int(whole.sum()), left_out(whole)
    if n < 2:
        return Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, FEW))))
    weights = sample_and_resamples(n, rng)
    largest = np.abs(weights @ deviation[whole]).max(axis=1) / (weights @ fall[whole])
    return Estimate(float(largest[0]), spread(largest[1:], n), n, caveat, limits=(0.0, np.inf))


def estimate(
    claim: "DistanceFromTheoryClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    view = asked_cells(read[claim.curves], claim.observables, claim)
    found = zip(names_of(view), *deviations(view), strict=True)
    return tuple(replace(largest_deviation(it, fall, rng), cell=name) for name, it, fall in found)
