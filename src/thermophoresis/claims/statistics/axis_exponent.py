"""The exponent of a swept setting for which curves collapse."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import cells_of
from thermophoresis.claims.collapse_exponent import exponent
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.claim import ExponentClaim


def estimate(
    claim: "ExponentClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim: γ for which curves are functions of t a^γ."""
    cells = cells_of(claim, read)
    return exponent(cells, "gamma", claim.window, rng, further=cells.labels(claim.compared))
