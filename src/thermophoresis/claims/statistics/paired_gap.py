"""How far an observable of one experiment lies above that of another, networks paired."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import asked_cells, at_coordinates, axes_of, labels_of
from thermophoresis.claims.cells import GRID
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config.statistics.paired_gap import PairedGapClaim


def difference_at_equal_time(
    first: xr.DataArray, second: xr.DataArray, over: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the difference of two experiments' networks in one cell, and where the second starts.

    Parameters
    ----------
    first, second
        The observable in the cell, (network, record), with its steps.
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
        The experiments have no range of steps in common.
    """
    steps = [curves["step"].values.astype(np.float64) for curves in (first, second)]
    values = [curves.values.astype(np.float64) for curves in (first, second)]
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
    """Return the statistic of a claim, in each cell with what the claim asks for.

    Raises
    ------
    UserError
        A file lacks the observable, or the experiments have other cells, seeds or replicas, or no
        range of steps in common.
    """
    first, second = (
        asked_cells(at_coordinates(read[name], claim.at), [claim.observable], claim)
        for name in claim.reads
    )
    for axis in ("learning_rate", "batch_size", "seed", "replica"):
        if not np.array_equal(first[axis], second[axis]):
            raise UserError(f"the experiments to be paired have other values of {axis}")
    for axis in {*axes_of(first), *axes_of(second)}:
        if axis not in set(axes_of(first)) & {*axes_of(second)} or not np.array_equal(
            labels_of(first, axis), labels_of(second, axis)
        ):
            raise UserError(f"the experiments to be paired have other values of {axis}")
    one, other = first[claim.observable], second[claim.observable]
    found = [
        difference_at_equal_time(one.isel(cell=cell), other.isel(cell=cell), claim.over)
        for cell in range(first.sizes["cell"])
    ]
    difference, start = (np.stack(column) for column in zip(*found, strict=True))
    return mean_of_each(difference, names_of(first), rng, start if claim.relative else None)
