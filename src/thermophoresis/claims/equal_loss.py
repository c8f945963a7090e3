"""Curves where a loss is reached."""

from collections.abc import Sequence

import numpy as np

LEVELS = 50  # of a loss that all cells reach


def at_equal_loss(
    curves: Sequence[np.ndarray], losses: Sequence[np.ndarray], at_most: float | None = None
) -> list[np.ndarray] | None:
    """Return each curve where its loss first reaches levels that all of them reach.

    Parameters
    ----------
    curves, losses
        Of each cell, (records,).
    at_most
        The highest level; None for the highest that all come down from.

    Returns
    -------
    Of each cell (levels,); None if there is no loss that all come down to.
    """
    highest, lowest = min(it[0] for it in losses), max(it.min() for it in losses)
    highest = highest if at_most is None else min(highest, at_most)
    if not lowest < highest:
        return None
    levels = np.linspace(lowest, highest, LEVELS)
    return [
        np.interp(when_reached(loss, levels), np.arange(len(loss), dtype=float), curve)
        for curve, loss in zip(curves, losses, strict=True)
    ]


def each_at_one_loss(
    curves: Sequence[np.ndarray], loss: np.ndarray
) -> tuple[float, list[np.ndarray]] | None:
    """Return curves of single networks where the loss of each first reaches one level.

    Parameters
    ----------
    curves, loss
        Each (cell, network, record).

    Returns
    -------
    The lowest level that all networks reach, and of each curve (cell, network); None if some
    network starts below it.
    """
    level = float(loss.min(axis=2).max())
    if level >= loss[:, :, 0].min():
        return None
    when = np.apply_along_axis(when_reached, 2, loss, np.array([level]))[..., 0]
    before = np.minimum(when.astype(int), loss.shape[2] - 2)
    part = when - before
    cell, network = np.indices(when.shape)
    return level, [
        (1 - part) * it[cell, network, before] + part * it[cell, network, before + 1]
        for it in curves
    ]


def when_reached(loss: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the record at which a curve first reaches levels, a fraction between two records.

    Parameters
    ----------
    loss
        Shape (records,).
    levels
        None below the smallest loss; those above the first are reached at record 0.
    """
    least = np.minimum.accumulate(loss)
    # The first record that is not above the level; the one before it is.
    after = np.searchsorted(-least, -levels)
    above, below = loss[after - 1], loss[after]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(after > 0, after - (levels - below) / (above - below), 0.0)
