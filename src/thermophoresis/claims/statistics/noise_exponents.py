"""The exponent of κ² less that of η/|B|, of what is there late in training.

By least squares over cells, ln q = a + b ln(η/|B|) + c ln κ². The statistic is c − b: 0 where q is
any function of κ²η/|B| and the cells are a grid of both in steps of the same ratio.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells, cells_with, labels_of
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.noise_quantities import late_excess, quantities
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.noise_exponents import NoiseExponentsClaim

AXIS = "noise_scale"


def estimate(
    claim: "NoiseExponentsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return c − b.

    Raises
    ------
    UserError
        There are no such cells, or no cell without noise.
    """
    name = claim.observable or claim.variable or ""
    view = asked_cells(read[claim.reads[0]], [name], claim)
    if claim.noise_free:
        without = cells_with(read[claim.curves], [name], further=claim.noise_free)
        values = late_excess(view, without, name)
    else:
        values = view[name].isel(record=[-1]).transpose("cell", "network", "record").values
    whole = np.isfinite(values).all(axis=(0, 2))
    n = int(whole.sum())
    scale = np.asarray(labels_of(view, AXIS), dtype=np.float64)
    drive = view["learning_rate"].values / view["batch_size"].values
    columns = np.stack([np.ones_like(drive), np.log(drive), 2 * np.log(scale)], axis=1)
    if n < 2 or np.linalg.matrix_rank(columns) < 3:
        return Estimate(np.nan, np.nan, n, "it takes two networks, and two of η/|B| and of κ")
    weights = sample_and_resamples(n, rng)
    found = quantities(
        values[:, whole].astype(np.float64),
        "spread" if claim.quantity == "spread" else "excess",
        weights,
    )
    if (found[:, 0] <= 0).any():
        return Estimate(np.nan, np.nan, n, f"{name} is not above 0 in all cells")
    with np.errstate(invalid="ignore", divide="ignore"):
        _, b, c = np.linalg.pinv(columns) @ np.log(found)
    defined = np.isfinite(b[1:]) & np.isfinite(c[1:])
    told = f"exponent {c[0]:.3f} of κ² and {b[0]:.3f} of η/|B|".replace("-", "−")
    if not defined.all():
        told += f"; not above 0 in {(~defined).sum()} of {len(defined)} resamples"
    return Estimate(float(c[0] - b[0]), spread((c - b)[1:][defined], n), n, told)
