"""What a drift budget leaves of the measured change, at the end of each third of a run.

Thirds are equal in √τ, in which records are even: each has a third of them.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.budgets import budgets, estimates
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.budget_residual import BudgetResidualClaim

# A smaller change, in standard errors of it, is no unit for what is left.
LEAST = 5
THIRDS = ("first third", "second third", "end")


def estimate(
    claim: "BudgetResidualClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, for each cell, quantity and third.

    Raises
    ------
    UserError
        The file has no such budget or cells, or a term of it does not exist in some cell.
    """
    rows, values = [], []
    for budget in budgets(claim, read, claim.summed):
        last = len(budget.thermal_time) - 1
        if last < 1:
            return (Estimate(np.nan, np.nan, len(budget.value), budget.caveat),)
        left = budget.change - budget.sums.sum(axis=-1)
        for number, words in enumerate(THIRDS, start=1):
            record = round(last * number / 3)
            change = budget.change[:, record]
            error = change.std(ddof=1) / len(change) ** 0.5
            if claim.relative and abs(change.mean()) <= LEAST * error:
                continue
            quadrature = f"with every second record the sum is {budget.quadrature:.2g} another"
            caveat = "; ".join(filter(None, (budget.caveat, quadrature)))
            rows.append((", ".join(filter(None, (budget.name, words))), caveat))
            values.append(np.stack([left[:, record], change]))
    if not values:
        why = f"no change exceeds {LEAST} of its standard errors"
        return (Estimate(np.nan, np.nan, len(budget.value), why),)

    def statistic(means: np.ndarray) -> np.ndarray:
        left, change = means[:, 0], means[:, 1]
        return left / np.abs(change) if claim.relative else left

    return estimates(rows, np.stack(values), statistic, rng)
