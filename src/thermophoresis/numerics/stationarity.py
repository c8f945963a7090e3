"""Whether series are stationary: what tells their later half from the earlier one."""

import numpy as np
from scipy.special import stdtr  # scipy.stats takes half a second to import

BATCHES = 10  # of each half


def stationarity_p(series: np.ndarray) -> float:
    """Return the p-value of equal means and equal variances in both halves, of all numbers.

    Each half is cut into `BATCHES` batches. Means of batches, and logarithms of mean squares around
    the mean of all, are compared by Welch's test; the least p-value is multiplied by the number of
    tests (Bonferroni). Batches must be much longer than what series remember; where they are not,
    what is slow is found not to be stationary, as it should be.

    Parameters
    ----------
    series
        Shape (time, number).
    """
    half = len(series) // 2
    length = half // BATCHES
    batches = series[: 2 * BATCHES * length].reshape(2 * BATCHES, length, -1)
    squares = (batches - series.mean(axis=0)) ** 2
    tested = np.concatenate([batches.mean(axis=1), np.log(squares.mean(axis=1))], axis=1)
    early, late = tested[:BATCHES], tested[BATCHES:]
    errors = np.stack([early.var(axis=0, ddof=1), late.var(axis=0, ddof=1)]) / BATCHES
    together = errors.sum(axis=0)
    freedom = together**2 / (errors**2 / (BATCHES - 1)).sum(axis=0)
    t = np.abs(early.mean(axis=0) - late.mean(axis=0)) / np.sqrt(together)
    least = float(np.min(2 * stdtr(freedom, -t)))
    return float(min(1.0, least * tested.shape[1]))
