"""The share of some terms of a drift budget in the measured change, with its sign."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.budgets import budgets, estimates
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.budget_share import BudgetShareClaim


def estimate(
    claim: "BudgetShareClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, for each cell and quantity.

    It is not clipped: terms that oppose each other have shares below 0 and above 1. Among other
    terms it is that of the sizes of their means, between 0 and 1.

    Raises
    ------
    UserError
        The file has no such budget or cells, or a term of it does not exist in some cell.
    """
    every = tuple(dict.fromkeys((*claim.terms, *(claim.among or ()))))
    found = budgets(claim, read, every)
    own = [every.index(it) for it in claim.terms]
    others = [every.index(it) for it in claim.among or ()]
    values = np.stack(
        [
            np.column_stack([it.at(it.sums, claim.up_to), it.at(it.change, claim.up_to)]).T
            for it in found
        ]
    )

    def statistic(means: np.ndarray) -> np.ndarray:
        if claim.among:
            sizes = np.abs(means)
            return sizes[:, own].sum(axis=1) / sizes[:, others].sum(axis=1)  # type: ignore[no-any-return]  # numpy: Any
        return means[:, own].sum(axis=1) / means[:, -1]  # type: ignore[no-any-return]  # numpy: Any

    return estimates([(it.name, it.caveat) for it in found], values, statistic, rng)
