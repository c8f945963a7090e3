"""What changes of cells that differ along an axis add up to, in units of one of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.budgets import LEAST, is_unit
from thermophoresis.claims.cells import FEW, Cells, bootstrap, cells_of, nothing
from thermophoresis.claims.estimate import Estimate
from thermophoresis.numerics.resampling import spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.combined_change import CombinedChangeClaim


def combined_change(
    cells: Cells,
    weights: np.ndarray,
    unit: int,
    until: float | None,
    rng: np.random.Generator,
) -> Estimate:
    """Return Σ_k w_k Δm_k / Δm_unit, Δm being the change of a cell's mean up to a thermal time.

    Signed, and never clipped: where parts work against each other it can be of any size.

    Parameters
    ----------
    cells
        K of them, networks paired.
    weights
        w, (K,), in the order of the cells.
    unit
        Index of the cell whose change is the unit.
    until
        Thermal time; None for the last record. Between records curves are interpolated.
    rng
        Where the resamples of networks come from.
    """
    if cells.replicas < 2:
        return nothing(cells, FEW)
    time = cells.thermal_time
    end = np.min(time[:, -1]) if until is None else until
    if end > np.min(time[:, -1]) * (1 + 1e-9):
        return nothing(cells, f"a cell ends at thermal time {np.min(time[:, -1]):g}")

    curves = cells.values[0][unit]
    then = np.array([np.interp(end, time[unit], curve) for curve in curves])
    if not is_unit(then - curves[:, 0]):
        why = f"the change in units of which it is given is within {LEAST} of its standard errors"
        return nothing(cells, why)

    def combined(mean: np.ndarray) -> np.ndarray:
        then = np.array([np.interp(end, *it) for it in zip(time, mean, strict=True)])
        change = then - mean[:, 0]
        return np.array([weights @ change / change[unit]])

    value, resampled = bootstrap(cells, combined, rng)
    error = spread(resampled[:, 0], cells.replicas)
    return Estimate(float(value[0]), error, cells.replicas, cells.caveat)


def estimate(
    claim: "CombinedChangeClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    cells = cells_of(claim, read)
    labels = [str(label) for label in cells.labels(claim.compared)]
    named = {str(label): weight for label, weight in claim.weights.items()}
    weights = np.array([named[label] for label in labels])
    unit = labels.index(str(claim.relative_to))
    return combined_change(cells, weights, unit, claim.until, rng)
