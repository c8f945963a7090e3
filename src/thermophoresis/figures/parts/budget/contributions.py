"""What a panel of a drift budget shows: mean sums of the terms that there are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.budget import VALUE, budget_of
from thermophoresis.analysis.view import asked_cells
from thermophoresis.config.budget import axes_of_budget, whole_budget
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.budget import BudgetPanel

FLUX = "flux"
ORDERS = ("first", "noise")


@dataclass(frozen=True)
class Contributions:
    """The budget of a panel, up to the record before a network is lost.

    Attributes
    ----------
    cells
        The cell, with its labels.
    thermal_time
        Shape (record,).
    change
        Measured change, (network, record).
    means
        Mean over networks of what terms have added up to, (record,), by their names; only those
        that are not 0 all along. Together they are what the whole budget says.
    flux
        The same of the flux, which is a part of the others; None where there is none.
    caveat
        Where it ends early.
    """

    cells: xr.Dataset
    thermal_time: np.ndarray
    change: np.ndarray
    means: dict[str, np.ndarray]
    flux: np.ndarray | None
    caveat: str


def contributions(curves: xr.Dataset, panel: "BudgetPanel") -> Contributions:
    """Return the budget of a panel, by blocks where there are any.

    Blocks are steps of their own: what they differ in from the whole, of higher order, counts to
    the remainder.

    Raises
    ------
    UserError
        The file lacks the budget or the cell.
    """
    if panel.observable not in curves:
        raise UserError(f"the file holds no {panel.observable}")
    of, axis = axes_of_budget(panel.observable) or ("", "")
    chosen = curves[[panel.observable, "trained"]].sel({of: panel.of}, drop=True)
    view = asked_cells(chosen, [panel.observable], panel)
    array = view[panel.observable].isel(cell=0).transpose("network", "record", axis)
    there = np.isfinite(array.values[:, 0]).any(axis=0)
    there |= array[axis].values == VALUE
    budget = budget_of(array.isel({axis: np.flatnonzero(there)}), panel.experiment)
    terms = array[axis].values[there].tolist()[1:]
    sums = dict(zip(terms, budget.sums.mean(axis=0).T, strict=True))
    flux, whole = sums.pop(FLUX, None), whole_budget(panel.observable)
    total = sum(sums[name] for name in whole)
    for order in ORDERS:
        if any(name.startswith(f"{order}_") for name in sums):
            sums.pop(order, None)
    if "remainder" in sums:
        del sums["remainder"]
        sums["remainder"] = total - sum(sums.values())
    means = {name: it for name, it in sums.items() if np.any(it)}
    return Contributions(view, budget.thermal_time, budget.change, means, flux, budget.caveat)
