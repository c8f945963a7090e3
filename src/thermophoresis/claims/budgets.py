"""Drift budgets of single networks, as claims about them need them: changes and sums of terms.

Networks are paired: a change and the terms that are to explain it are those of the same network,
and all are resampled together. None is left out, for those that diverge are not like the others:
where one is not finite, the budget of all ends at the record before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.budget import integral, integral_error
from thermophoresis.analysis.thermal_time import SCHEDULED
from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import resample_weights, spread

if TYPE_CHECKING:
    from thermophoresis.config.budget import BudgetClaim

VALUE = "value"


@dataclass(frozen=True)
class Budget:
    """The budget of one quantity in one cell, up to the record before a network is lost.

    Attributes
    ----------
    name
        What to call it.
    value
        The quantity, (network, record).
    sums
        What each term has added up to, (network, record, term).
    thermal_time
        Shape (record,).
    drive
        η/|B| of the cell.
    quadrature
        Largest change of a mean sum of all terms when every second record is left out.
    caveat
        Where it ends early.
    """

    name: str
    value: np.ndarray
    sums: np.ndarray
    thermal_time: np.ndarray
    drive: float
    quadrature: float
    caveat: str

    @property
    def change(self) -> np.ndarray:
        """Change of the quantity from the first record on, (network, record)."""
        return np.asarray(self.value - self.value[:, :1])

    def at(self, values: np.ndarray, tau: float | None) -> np.ndarray:
        """Return values (network, record, …) at a thermal time, linear in its root between records.

        Those at the last record where there is none. NaN where the budget ends before.
        """
        if tau is None:
            return np.asarray(values[:, -1])
        root = np.sqrt(self.thermal_time)
        if not root[0] <= np.sqrt(tau) <= root[-1] * (1 + 1e-9):
            return np.asarray(np.full(values[:, 0].shape, np.nan))
        later = int(np.clip(np.searchsorted(root, np.sqrt(tau)), 1, len(root) - 1))
        part = (np.sqrt(tau) - root[later - 1]) / (root[later] - root[later - 1])
        return np.asarray(values[:, later - 1] * (1 - part) + values[:, later] * part)


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
    view = cells_with(
        chosen,
        [claim.observable],
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    found = []
    for cell, name in enumerate(names_of(view)):
        for quantity in claim.of:
            array = view[claim.observable].isel(cell=cell).sel({of: quantity}, drop=True)
            words = ", ".join(filter(None, (name, quantity if len(claim.of) > 1 else "")))
            found.append(_budget(array.transpose("network", "record", term), words, term))
    return found


def _budget(array: xr.DataArray, name: str, axis: str) -> Budget:
    """Return the budget of values and rates (network, record, term), the value first."""
    array = array.astype(np.float64)
    terms = array[axis].values[1:]
    if (nowhere := ~np.isfinite(array.values[:, 0, 1:]).any(axis=0)).any():
        raise UserError(f"there is no {', '.join(terms[nowhere])} in this budget: see its needs")
    finite = np.isfinite(array.values).all(axis=(0, 2))
    end = len(finite) if finite.all() else max(int(np.argmin(finite)), 1)
    kept = array.isel(record=slice(end))
    caveat = ""
    if end < len(finite):
        last = float(array["thermal_time"].values[end - 1])
        caveat = f"a network is lost behind τ = {last:.3g}, where the budget ends"
    rate, batch = (float(array[it]) for it in ("learning_rate", "batch_size"))
    rates = kept.isel({axis: slice(1, None)})
    # With a schedule the steps at both ends differ, and the correction is small.
    step = 0.0 if SCHEDULED in array.coords else rate**2 / batch
    error = integral_error(rates).sum(axis).mean("network").values if end > 1 else np.zeros(1)
    return Budget(
        name,
        kept.isel({axis: 0}).values,
        integral(rates, step).values,
        kept["thermal_time"].values,
        rate / batch,
        float(np.abs(error).max(initial=0.0)),
        caveat,
    )


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
    weights = np.concatenate([np.full((1, n), 1 / n), resample_weights(n, rng)])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = statistic(values @ weights.T)
    return tuple(
        Estimate(float(row[0]), spread(row[1:], n), n, caveat, cell=name)
        if np.isfinite(row).all()
        else Estimate(np.nan, np.nan, n, f"{caveat}; not defined".removeprefix("; "), cell=name)
        for (name, caveat), row in zip(rows, found, strict=True)
    )
