"""Whether networks that are trained with more noise have an observable higher.

Spearman's ρ of η/|B| and the observable over the networks of all cells, all at the last record, all
at one ηt, which is how far each would have come without noise, or each where another observable has
first risen to a level. Resamples draw networks with replacement, each with its copies in all cells,
which share their beginning and are not independent; cells are those that were chosen.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from thermophoresis.claims.cells import FEW, Cells, nothing, select_cells
from thermophoresis.claims.equal_loss import when_reached
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.drive_correlation import DriveCorrelationClaim


def between_records(curves: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Return curves (cell, network, record) at a fraction of records, (cell, network)."""
    before = np.minimum(when.astype(int), curves.shape[2] - 2)
    part = when - before
    cell, network = np.indices(when.shape)
    early, late = curves[cell, network, before], curves[cell, network, before + 1]
    return (1 - part) * early + part * late  # type: ignore[no-any-return]  # numpy: Any


def at_one_time(cells: Cells) -> np.ndarray:
    """Return an observable at the largest ηt that all cells have, (cell, network)."""
    (curves,) = cells.values
    times = cells.learning_rate[:, np.newaxis] * cells.step
    last = times[:, -1].min()
    records = np.arange(times.shape[1], dtype=float)
    when = np.array([np.interp(last, row, records) for row in times])
    return between_records(curves, np.repeat(when[:, np.newaxis], curves.shape[1], axis=1))


def at_level(cells: Cells, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return an observable where another first rises to a level, and of which networks it does.

    Returns
    -------
    values
        Of the networks that rise to it in all cells, (cell, network).
    rises
        Which do, (network,).
    """
    curves, rising = cells.values
    rises = (rising.max(axis=2) >= level).all(axis=0)
    if not rises.any():
        return curves[:, rises, 0], rises
    kept = rising[:, rises]
    when = np.apply_along_axis(lambda of: when_reached(-of, np.array([-level]))[0], 2, kept)
    return between_records(curves[:, rises], when), rises


def drive_correlation(
    cells: Cells, rng: np.random.Generator, where: str = "end", level: float | None = None
) -> Estimate:
    """Return Spearman's ρ of η/|B| and an observable over the networks of all cells.

    Parameters
    ----------
    cells
        The observable and, with a level, the one that rises.
    rng
        Where the resamples come from.
    where, level
        Where networks are taken; see `DriveCorrelationClaim`.
    """
    if cells.replicas < 2:
        return nothing(cells, FEW)
    # Rates as products of decimals: what is equal but for rounding is equal.
    drive = np.round(np.log(cells.learning_rate / cells.batch_size), 9)
    if len(np.unique(drive)) < 2:
        return nothing(cells, "the cells have one η/|B|")
    told = ""
    if level is not None:
        values, rises = at_level(cells, level)
        if (missing := int((~rises).sum())) > 0:
            told = f"{missing} of {len(rises)} networks do not rise to {level:g} in every cell and "
            told += "are left out"
    else:
        values = at_one_time(cells) if where == "training_time" else cells.values[0][:, :, -1]
    n = values.shape[1]
    if n < 2:
        return nothing(cells, told)

    def correlation(chosen: np.ndarray) -> float:
        of_each = np.repeat(drive[:, np.newaxis], len(chosen), axis=1)
        return float(stats.spearmanr(of_each.ravel(), values[:, chosen].ravel())[0])

    value = correlation(np.arange(n))
    if not np.isfinite(value):
        return nothing(cells, "all networks have the same value of the observable")
    resampled = np.array([correlation(chosen) for chosen in rng.integers(n, size=(RESAMPLES, n))])
    caveat = "; ".join(filter(None, (cells.caveat, told, f"over {len(drive)} cells")))
    return Estimate(value, spread(resampled, n), n, caveat, limits=WITHIN_ONE)


def estimate(
    claim: "DriveCorrelationClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    cells = select_cells(
        read[claim.curves],
        claim.observables,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    return drive_correlation(cells, rng, claim.where, claim.level)
