"""How often an inequality fails."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.snapshots import at_snapshots_of, lost

if TYPE_CHECKING:
    from thermophoresis.config.statistics.violated_fraction import ViolationsClaim


def violated_fraction(curvature: xr.Dataset, inequality: str) -> Estimate:
    """Fraction of evaluated samples, of all cells and snapshots, that violate an inequality."""
    counts = at_snapshots_of(curvature, f"violations_{inequality}")
    samples = int(curvature.attrs["probe_samples"])
    evaluated = int(np.isfinite(counts).sum()) * samples
    if not evaluated:
        return Estimate(np.nan, np.nan, 0, "every network diverged")
    violated = int(np.nansum(counts))
    networks = int(np.isfinite(counts).any(axis=1).sum())
    caveat = (
        f"{violated:,} of {evaluated:,} samples; a count of all that was evaluated, so that the "
        "interval is a point"
    )
    found = Estimate(violated / evaluated, 0.0, networks, caveat)
    return found.told(lost(np.isfinite(counts)))


def estimate(
    claim: "ViolationsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    return violated_fraction(read[claim.chain], claim.inequality)
