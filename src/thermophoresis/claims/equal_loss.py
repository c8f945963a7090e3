"""Where along a run a loss is reached."""

import numpy as np


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
