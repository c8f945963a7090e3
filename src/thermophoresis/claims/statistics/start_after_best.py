"""How much later, in training time ηt, one observable starts to rise than another is best."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells, of_each, select_cells
from thermophoresis.claims.equal_loss import when_reached
from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import names_of

if TYPE_CHECKING:
    from thermophoresis.config.statistics.start_after_best import StartAfterBestClaim


def start_after_best(
    cells: Cells, level: float | None, best: str, rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return, of each cell, when a mean starts to rise less when another is best, in ηt.

    Parameters
    ----------
    cells
        What rises, and what is best somewhere.
    level
        To which the mean of what rises has risen where it starts; None: where it is lowest.
    best
        Whether the highest mean is best, ``accuracy``, or the lowest, ``loss``.
    rng
        Where the resamples of networks come from.
    """

    def delays(rising: np.ndarray, other: np.ndarray) -> np.ndarray:
        starts, at_best = times_of(cells, rising, other, level, best)
        return starts - at_best  # type: ignore[no-any-return]  # numpy: Any

    return of_each(names_of(cells.view), cells, delays, rng)


def times_of(
    cells: Cells, rising: np.ndarray, other: np.ndarray, level: float | None, best: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return when a mean starts to rise, NaN if it does not, and when another is best, in ηt.

    Parameters
    ----------
    cells
        For η and steps.
    rising, other
        Mean curves, (cell, record).
    level, best
        As of `start_after_best`.
    """
    times = cells.learning_rate[:, np.newaxis] * cells.step
    records = np.arange(times.shape[1], dtype=float)

    def start(curve: np.ndarray) -> float:
        if level is None:
            return highest(-curve)
        if curve.max() < level:
            return np.nan
        return float(when_reached(-curve, np.array([-level]))[0])

    sign = 1 if best == "accuracy" else -1
    starts, at_best = (
        np.array([np.interp(place(row), records, of) for row, of in zip(rows, times, strict=True)])
        for place, rows in ((start, rising), (highest, sign * other))
    )
    return starts, at_best


def highest(curve: np.ndarray) -> float:
    """Return where a curve is highest, a fraction of records.

    The top of the parabola through the highest record and those next to it: what is known to a
    whole record alone would have an error that the bootstrap does not see.
    """
    top = int(curve.argmax())
    if not 0 < top < len(curve) - 1:
        return float(top)
    before, there, after = curve[top - 1 : top + 2]
    bend = 2 * there - before - after
    return float(top + (after - before) / (2 * bend)) if bend > 0 else float(top)


def estimate(
    claim: "StartAfterBestClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim."""
    cells = select_cells(
        read[claim.curves],
        claim.observables,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    return start_after_best(cells, claim.level, claim.best, rng)
