"""How far an observable of one experiment lies above that of another, networks paired."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import FEW, GRID
from thermophoresis.claims.estimate import Estimate
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import resample_weights, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.paired_gap import PairedGapClaim


def paired_gap(
    difference: np.ndarray, start: np.ndarray, names: list[str], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Mean difference of paired networks in units of the size of the mean at the start, by cell.

    Parameters
    ----------
    difference
        Of the observable, (cells, networks); NaN where one of the two has diverged, by which this
        network is left out of all cells.
    start
        The observable of the second experiment at its first record, (cells, networks).
    names
        Of the cells.
    rng
        Where the resamples of networks come from.
    """
    whole = np.isfinite(difference).all(axis=0) & np.isfinite(start).all(axis=0)
    n, total = int(whole.sum()), len(whole)
    caveat = "" if n == total else f"{total - n:,} of {total:,} pairs diverged and are left out"
    if n < 2:
        return (Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, FEW)))),)
    weights = np.concatenate([np.full((1, n), 1 / n), resample_weights(n, rng)])
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = (difference[:, whole] @ weights.T) / np.abs(start[:, whole] @ weights.T)
    if not np.isfinite(gaps).all():
        words = "; ".join(filter(None, (caveat, "the mean at the start is zero")))
        return (Estimate(np.nan, np.nan, n, words),)
    return tuple(
        Estimate(float(row[0]), spread(row[1:], n), n, caveat, cell=name)
        for name, row in zip(names, gaps, strict=True)
    )


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
    cells = [
        {"learning_rate": rate, "batch_size": batch}
        for rate in first["learning_rate"].values.tolist()
        for batch in first["batch_size"].values.tolist()
        if first["trained"].sel(learning_rate=rate, batch_size=batch)
        and claim.learning_rate in (None, rate)
        and claim.batch_size in (None, batch)
    ]
    found = [
        difference_at_equal_time(first.sel(cell), second.sel(cell), claim.observable, claim.over)
        for cell in cells
    ]
    difference, start = (np.stack(column) for column in zip(*found, strict=True))
    names = [f"η = {cell['learning_rate']:g}, |B| = {cell['batch_size']}" for cell in cells]
    return paired_gap(difference, start, names if len(names) > 1 else [""], rng)
