"""What some terms of a drift budget have changed: their sum over a run, or up to a thermal time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.budgets import budgets, estimates
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.budget_term import BudgetTermClaim


def estimate(
    claim: "BudgetTermClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, for each cell and quantity.

    Raises
    ------
    UserError
        The file has no such budget or cells, or a term of it does not exist in some cell.
    """
    found = budgets(claim, read, claim.terms)
    values = np.stack(
        [np.stack([it.at(it.sums.sum(axis=-1), claim.up_to), it.value[:, 0]]) for it in found]
    )

    def statistic(means: np.ndarray) -> np.ndarray:
        total, start = means[:, 0], means[:, 1]
        return total / np.abs(start) if claim.relative else total

    return estimates([(it.name, it.caveat) for it in found], values, statistic, rng)
