"""How far an observable of one experiment lies above that of another, networks paired."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import GRID
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, trained_cells
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.paired_gap import PairedGapClaim


def difference_at_equal_time(
    first: xr.Dataset, second: xr.Dataset, observable: str, over: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the difference of two experiments' networks in one cell, and where the second starts.

    Parameters
    ----------
    first, second
        The cell in content of a curves file: step and observable, the latter by seed and replica.
    observable
        Name of a variable.
    over
        ``end``: at the last step that both have; ``whole``: averaged over the steps that both
        have. In one cell equal steps are equal η t and equal η² t / |B|.

    Returns
    -------
    difference, start
        Both (networks,).

    Raises
    ------
    UserError
        The experiments have other seeds or replicas, or no range of steps in common.
    """
    steps, values = [], []
    for curves in (first, second):
        if not all(np.array_equal(first[axis], curves[axis]) for axis in ("seed", "replica")):
            raise UserError("the experiments to be paired have other seeds or replicas")
        steps.append(curves["step"].values.astype(np.float64))
        array = curves[observable].transpose("seed", "replica", "record").values
        values.append(array.astype(np.float64).reshape(-1, array.shape[-1]))
    low, high = (max(it[0] for it in steps), min(it[-1] for it in steps))
    if not low < high:
        raise UserError("the experiments to be paired have no range of steps in common")
    points = np.array([high]) if over == "end" else np.linspace(low, high, GRID)
    one, other = (
        np.stack([np.interp(points, step, row) for row in rows])
        for step, rows in zip(steps, values, strict=True)
    )
    return (one - other).mean(axis=1), values[1][:, 0]


def estimate(
    claim: "PairedGapClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    first, second = (read[name] for name in claim.reads)
    for curves in (first, second):
        if claim.observable not in curves:
            raise UserError(f"the curves hold no observable {claim.observable}")
    cells, names = trained_cells(first, claim.learning_rate, claim.batch_size)
    found = [
        difference_at_equal_time(first.sel(cell), second.sel(cell), claim.observable, claim.over)
        for cell in cells
    ]
    difference, start = (np.stack(column) for column in zip(*found, strict=True))
    return mean_of_each(difference, names, rng, start if claim.relative else None)
