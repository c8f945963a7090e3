"""How far two measured quantities put networks in the same order: Kendall's τ_b, cell by cell.

Resamples draw networks with replacement. A network that is drawn twice is tied with itself, which
τ_b allows for.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.claims.snapshots import left_out
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.measured_agreement import MeasuredAgreementClaim


def estimate(
    claim: "MeasuredAgreementClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for.

    Raises
    ------
    UserError
        The measurement lacks a variable, or there are no such cells.
    """
    names = [claim.of, claim.over]
    view = asked_cells(read[claim.reads[0]], names, claim).isel(record=-1).astype(np.float64)
    one, other = (view[it].transpose("cell", "network").values for it in names)
    found = []
    for name, x, y in zip(names_of(view), one, other, strict=True):
        whole = np.isfinite(x) & np.isfinite(y)
        n, both = int(whole.sum()), np.stack([x[whole], y[whole]])

        def agreement(chosen: np.ndarray, both: np.ndarray = both) -> float:
            return float(stats.kendalltau(*both[:, chosen])[0])

        value = agreement(np.arange(n)) if n > 1 else np.nan
        if not np.isfinite(value):
            found.append(
                Estimate(np.nan, np.nan, n, "there are no two networks to order", cell=name)
            )
            continue
        resampled = np.array([agreement(rng.integers(n, size=n)) for _ in range(RESAMPLES)])
        estimated = Estimate(value, spread(resampled, n), n, cell=name, limits=WITHIN_ONE)
        found.append(estimated.told(left_out(whole)))
    return tuple(found)
