"""How the share of some terms of a drift budget in the measured change goes with η/|B|.

At a fixed thermal time, over cells: by least squares the exponent of a power law, in logarithms, or
the intercept of a straight line.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.budget import Budget
from thermophoresis.claims.budgets import budgets, estimates
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.budget_scaling import BudgetScalingClaim


def fitted(drive: np.ndarray, shares: np.ndarray, fit: str) -> np.ndarray:
    """Return the exponent or the intercept of shares (cell, resample) at η/|B| (cell,), (1, …).

    NaN where a share has no logarithm.
    """
    x, y = (np.log(drive), np.log(shares)) if fit == "exponent" else (drive, shares)
    deviation = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    slope = deviation @ y
    found = slope if fit == "exponent" else y.mean(axis=0) - slope * x.mean()
    return np.asarray(found)[np.newaxis]


def estimate(
    claim: "BudgetScalingClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, for each quantity.

    Raises
    ------
    UserError
        The file has no such budget or cells, or a term of it does not exist in some cell.
    """
    found: list[Estimate] = []
    every = budgets(claim, read, claim.terms)
    for number, quantity in enumerate(claim.of):
        cells: list[Budget] = every[number :: len(claim.of)]
        drive = np.array([it.drive for it in cells])
        name = quantity if len(claim.of) > 1 else ""
        if len(np.unique(drive)) < 2:
            why = "the cells have one η/|B|"
            found.append(Estimate(np.nan, np.nan, len(cells[0].value), why, cell=name))
            continue
        values = np.stack(
            [
                np.stack([it.at(it.sums.sum(axis=-1), claim.up_to), it.at(it.change, claim.up_to)])
                for it in cells
            ]
        )

        def statistic(means: np.ndarray, drive: np.ndarray = drive) -> np.ndarray:
            return fitted(drive, means[:, 0] / means[:, 1], claim.fit)

        caveat = "; ".join(dict.fromkeys(it.caveat for it in cells if it.caveat))
        found += estimates([(name, caveat)], values, statistic, rng)
    return tuple(found)
