"""The p-value of all networks of a cell together, from one of each of them (Stouffer's method).

Under the null Φ⁻¹(1 − p) of a network has mean 0 and variance 1, of mid-p-values at most. The sum
over n networks over √n is compared with a normal variate, on one side. A p-value that is not small
says that nothing was found, not that there is nothing: it refutes no claim.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.special import ndtr, ndtri

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.claims.snapshots import asked_measurement

if TYPE_CHECKING:
    from thermophoresis.config.statistics.combined_p_value import CombinedPValueClaim

LEAST = 1e-300  # below it the inverse of the normal distribution is no number


def combined(p_values: np.ndarray) -> float:
    """Return the p-value of all together; NaN without any."""
    if not len(p_values):
        return float("nan")
    scores = -ndtri(np.clip(p_values, LEAST, 1 - 1e-16))
    return float(ndtr(-scores.sum() / np.sqrt(len(scores))))


def estimate(
    claim: "CombinedPValueClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell; networks that are NaN do not count."""
    view = asked_measurement(claim, read)
    values = view[claim.variable].transpose("cell", "network").values.astype(np.float64)
    found = []
    for name, row in zip(names_of(view), values, strict=True):
        there = row[np.isfinite(row)]
        caveat = "a p-value is no estimate: its interval is a point"
        if len(there) < len(row):
            caveat = (
                f"{len(row) - len(there):,} of {len(row):,} networks are not testable; {caveat}"
            )
        p_value = combined(there)
        found.append(
            Estimate(p_value, 0.0, len(there), caveat, cell=name, limits=(0, 1), rejects=True)
        )
    return tuple(found)
