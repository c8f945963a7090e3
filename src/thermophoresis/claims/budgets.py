"""Drift budgets in the cells of a claim, and functions of means over their networks.

Networks are paired: a change and the terms that are to explain it are those of the same network,
and all are resampled together.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.budget import VALUE, Budget, budget_of
from thermophoresis.analysis.view import asked_cells
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import sample_and_resamples, spread

if TYPE_CHECKING:
    from thermophoresis.config.budget import BudgetClaim

# A smaller change, in standard errors of it, is no unit for anything: a ratio to it has no interval
# that Student's quantile could tell.
LEAST = 5


def is_unit(change: np.ndarray) -> bool:
    """Return whether the mean of changes (network,) is clear enough to be a unit."""
    error = change.std(ddof=1) / len(change) ** 0.5 if len(change) > 1 else np.nan
    return bool(abs(change.mean()) > LEAST * error)


def budgets(
    claim: "BudgetClaim", read: Mapping[str, xr.Dataset], terms: Sequence[str]
) -> list[Budget]:
    """Return the budget of each quantity of a claim in each of its cells.

    Parameters
    ----------
    claim
        Which budget of which quantities, and cells.
    read
        Content of the files that it reads.
    terms
        Which terms are summed.

    Raises
    ------
    UserError
        The file has no such budget or cells, or a term of it does not exist in some cell.
    """
    curves = read[claim.curves]
    if claim.observable not in curves:
        raise UserError(f"the file holds no {claim.observable}")
    of, term = claim.axes["of"], claim.axes["term"]
    # Before anything is copied: a budget has many numbers.
    chosen = curves[[claim.observable, "trained"]].sel({of: [*claim.of], term: [VALUE, *terms]})
    view = asked_cells(chosen, [claim.observable], claim)
    found = []
    for cell, name in enumerate(names_of(view)):
        for quantity in claim.of:
            array = view[claim.observable].isel(cell=cell).sel({of: quantity}, drop=True)
            words = ", ".join(filter(None, (name, quantity if len(claim.of) > 1 else "")))
            found.append(budget_of(array.transpose("network", "record", term), words))
    return found


def estimates(
    rows: Sequence[tuple[str, str]],
    values: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
) -> tuple[Estimate, ...]:
    """Estimate functions of means over networks, which are resampled jointly for all of them.

    Parameters
    ----------
    rows
        Name and caveat of each number that is estimated.
    values
        Shape (…, networks).
    statistic
        Called with means (…, resamples), of the sample itself first; returns (rows, resamples).
    rng
        Where the resamples of networks come from.
    """
    n = values.shape[-1]
    if n < 2 or not np.isfinite(values).all():
        why = "fewer than two networks" if n < 2 else "not all cells reach that thermal time"
        return (Estimate(np.nan, np.nan, n, why),)
    weights = sample_and_resamples(n, rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = statistic(values @ weights.T)
    return tuple(
        Estimate(float(row[0]), spread(row[1:], n), n, caveat, cell=name)
        if np.isfinite(row).all()
        else Estimate(np.nan, np.nan, n, f"{caveat}; not defined".removeprefix("; "), cell=name)
        for (name, caveat), row in zip(rows, found, strict=True)
    )
