"""Curves where a loss is reached."""

from collections.abc import Sequence

import numpy as np

LEVELS = 50  # of a loss that all cells reach


def at_equal_loss(
    curves: Sequence[np.ndarray], losses: Sequence[np.ndarray]
) -> list[np.ndarray] | None:
    """Return each curve where its loss first reaches levels that all of them reach.

    Parameters
    ----------
    curves, losses
        Of each cell, (records,).

    Returns
    -------
    Of each cell (levels,); None if there is no loss that all come down to.
    """
    highest, lowest = min(it[0] for it in losses), max(it.min() for it in losses)
    if not lowest < highest:
        return None
    levels = np.linspace(lowest, highest, LEVELS)
    return [
        np.interp(when_reached(loss, levels), np.arange(len(loss), dtype=float), curve)
        for curve, loss in zip(curves, losses, strict=True)
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
