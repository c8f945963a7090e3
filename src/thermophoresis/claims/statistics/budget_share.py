"""The share of some terms of a drift budget in the measured change, with its sign."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.budgets import LEAST, budgets, estimates, is_unit
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.budget_share import BudgetShareClaim


def estimate(
    claim: "BudgetShareClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, for each cell and quantity.

    It is not clipped: terms that oppose each other have shares below 0 and above 1. Where a change
    does not exceed five of its standard errors there is none, which is said. Among other terms it
    is that of the sizes of their means, between 0 and 1.

    Raises
    ------
    UserError
        The file has no such budget or cells, or a term of it does not exist in some cell.
    """
    every = tuple(dict.fromkeys((*claim.terms, *(claim.among or ()))))
    found = budgets(claim, read, every)
    own = [every.index(it) for it in claim.terms]
    others = [every.index(it) for it in claim.among or ()]
    values = [
        np.column_stack([it.at(it.sums, claim.up_to), it.at(it.change, claim.up_to)]).T
        for it in found
    ]
    rows = [(it.name, it.caveat) for it in found]
    # What is not finite, because it ends before, is said elsewhere.
    kept = [
        bool(claim.among) or not np.isfinite(it).all() or len(it[-1]) < 2 or is_unit(it[-1])
        for it in values
    ]
    if not all(kept):
        rows, values, why = _with_unit(rows, values, kept)
        if not rows:
            return (Estimate(np.nan, np.nan, len(found[0].value), why),)

    def statistic(means: np.ndarray) -> np.ndarray:
        if claim.among:
            sizes = np.abs(means)
            return sizes[:, own].sum(axis=1) / sizes[:, others].sum(axis=1)  # type: ignore[no-any-return]  # numpy: Any
        return means[:, own].sum(axis=1) / means[:, -1]  # type: ignore[no-any-return]  # numpy: Any

    return estimates(rows, np.stack(values), statistic, rng)


def _with_unit(
    rows: list[tuple[str, str]], values: list[np.ndarray], kept: list[bool]
) -> tuple[list[tuple[str, str]], list[np.ndarray], str]:
    """Return the cells and quantities whose change is a unit, and what is said of the others."""
    without = [name or "it" for (name, _), one in zip(rows, kept, strict=True) if not one]
    why = f"no share where a change is within {LEAST} of its standard errors: {'; '.join(without)}"
    return (
        [
            (name, "; ".join(filter(None, (caveat, why))))
            for (name, caveat), one in zip(rows, kept, strict=True)
            if one
        ],
        [it for it, one in zip(values, kept, strict=True) if one],
        why,
    )
