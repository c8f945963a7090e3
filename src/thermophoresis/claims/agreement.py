"""How far two numbers of every network go together."""

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from thermophoresis.claims.cells import nothing
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.claims.cells import Cells


def rank_agreement(
    cells: "Cells", first: np.ndarray, second: np.ndarray, told: str, rng: np.random.Generator
) -> Estimate:
    """Return Kendall's τ-b of two numbers over the networks of all cells.

    Resamples draw networks with replacement, each with its copies in all cells: these share their
    beginning, and are not independent.

    Parameters
    ----------
    cells
        The cells.
    first, second
        Of each network, (cell, network).
    told
        What the caveat says beside that of the cells.
    rng
        Where the resamples come from.
    """
    n = cells.replicas

    def agreement(chosen: np.ndarray) -> float:
        return float(stats.kendalltau(first[:, chosen].ravel(), second[:, chosen].ravel())[0])

    value = agreement(np.arange(n))
    if not np.isfinite(value):
        return nothing(cells, "all networks have the same value of an observable")
    resampled = np.array([agreement(rng.integers(n, size=n)) for _ in range(RESAMPLES)])
    caveat = "; ".join(filter(None, (cells.caveat, told)))
    return Estimate(value, spread(resampled, n), n, caveat, limits=WITHIN_ONE)
