"""The trace of the Hessian over that of its Gauss–Newton part."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import FEW
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.snapshots import left_out, of_control, with_control
from thermophoresis.numerics.resampling import resample_weights, spread

if TYPE_CHECKING:
    from thermophoresis.config.claim import ExperimentClaim


def hessian_ggn_ratio(curvature: xr.Dataset, rng: np.random.Generator) -> Estimate:
    """Mean Tr H over mean Tr(P K), over networks and the cells and snapshots that have both."""
    ggn, hessian = with_control(curvature, "ggn_trace", "hessian_trace")
    whole = np.isfinite(hessian).all(axis=1) & np.isfinite(ggn).all(axis=1)
    n = int(whole.sum())
    told = (of_control(curvature, "hessian_trace"), left_out(whole))
    caveat = "; ".join(filter(None, told))
    if n < 2:
        return Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, FEW))))
    h, g = hessian[whole].mean(axis=1), ggn[whole].mean(axis=1)
    weights = resample_weights(n, rng)
    estimate = h.mean() / g.mean()
    error = spread((weights @ h) / (weights @ g), n)
    rounding = 1e-9  # where the traces are equal, what is left is rounding, and no uncertainty
    return Estimate(float(estimate), error if error > rounding else 0.0, n, caveat)


def estimate(
    claim: "ExperimentClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    return hessian_ggn_ratio(read[claim.chain], rng)
