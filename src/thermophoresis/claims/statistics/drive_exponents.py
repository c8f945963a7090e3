"""How a late observable goes with η and |B|: by its exponents, and whether with η/|B| alone.

By least squares over cells, with u = ln(η/|B|) less its mean over them,

    ln y = a + b u + c u² + s ln η.

At one η/|B| it goes with η to the power s, the sum of the exponents of η and |B|: 0 where only
η/|B| counts, whatever the function of it. In the middle of the cells these exponents are b + s and
−b, as of a function of η/|B|^θ with θ = b/(b + s): 1 for η/|B|, 0 for η alone, ½ for η/√|B|.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells, at_coordinates
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.late import late_weights
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.drive_exponents import DriveExponentsClaim

UNKNOWNS = 4


def fitted(
    rates: np.ndarray, batches: np.ndarray, means: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return s and b of means, each (resamples,).

    Parameters
    ----------
    rates, batches
        η and |B| of each cell, (cell,).
    means
        y > 0, (cell, resamples).
    """
    u = np.log(rates / batches)
    u = u - u.mean()
    columns = np.stack([np.ones_like(u), u, u**2, np.log(rates)], axis=1)
    _, b, _, s = np.linalg.lstsq(columns, np.log(means), rcond=None)[0]
    return s, b


def drive_exponents(
    view: xr.Dataset, observable: str, of: str, rng: np.random.Generator
) -> Estimate:
    """Return s or θ of the mean over networks and the last third of the run (in √τ).

    Parameters
    ----------
    view
        Cells; see `analysis.view.cells_with`.
    observable
        What is to go with η and |B|, > 0.
    of
        ``sum`` or ``batch_power``.
    rng
        Where the resamples of networks come from.
    """
    weights = late_weights(view)
    values = view[observable].transpose("cell", "network", "record").values.astype(np.float64)
    late = np.einsum("cr,cnr->cn", weights / weights.sum(axis=1, keepdims=True), values)
    whole = np.isfinite(late).all(axis=0)
    n, lost = int(whole.sum()), int((~whole).sum())
    caveat = f"{lost:,} of {len(whole):,} are not finite and left out" if lost else ""

    def nothing(why: str) -> Estimate:
        return Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, why))))

    rates, batches = view["learning_rate"].values, view["batch_size"].values
    apart = len(np.unique(np.round(rates / batches, 12)))
    if len(late) <= UNKNOWNS or apart < 3 or len(np.unique(rates)) < 2:
        return nothing(f"it takes more than {UNKNOWNS} cells, of three η/|B| and two η")
    if n < 2:
        return nothing("fewer than two have finite values in all cells")
    means = late[:, whole] @ sample_and_resamples(n, rng).T
    if means.min() <= 0:
        return nothing(f"the mean of {observable} is not above 0 in all cells")
    s, b = fitted(rates, batches, means)
    found = s if of == "sum" else b / (b + s)
    told = f"exponent {b[0] + s[0]:.3f} of η and {-b[0]:.3f} of |B|".replace("-", "−")
    error = spread(found[1:], n)
    expected = 0 if of == "sum" else 1
    if error > 0:
        told += f"; {abs(found[0] - expected) / error:.1f} standard errors from {expected}"
    return Estimate(float(found[0]), error, n, "; ".join(filter(None, (caveat, told))))


def estimate(
    claim: "DriveExponentsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    curves = at_coordinates(read[claim.curves], claim.at)
    view = asked_cells(curves, [claim.observable], claim)
    return drive_exponents(view, claim.observable, claim.of, rng)
