"""From replicas to a mean curve with its confidence band."""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit  # scipy.stats takes half a second to import


class Band(NamedTuple):
    """A mean and its confidence interval, each field shaped as the values less their last axis.

    Attributes
    ----------
    mean
        Mean over the replicas that are left; NaN where none is.
    low, high
        Ends of the confidence interval of the mean; NaN where fewer than two replicas are left.
    standard_error
        Standard error of the mean; NaN where fewer than two replicas are left.
    count
        Number of replicas that are left, hence averaged.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    standard_error: np.ndarray
    count: np.ndarray  # type: ignore[assignment]  # hides tuple.count, which is not used


def mean_band(values: np.ndarray, level: float = 0.95) -> Band:
    """Mean over independent replicas with its Student t confidence interval.

    A replica that is not finite has diverged: it is left out, and missing from ``count``.

    Parameters
    ----------
    values
        Shape (..., replicas).
    level
        Probability that the interval covers the expectation, in (0, 1).

    Raises
    ------
    ValueError
        The level is outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"confidence level {level} is outside (0, 1)")
    # float32 holds a replica's value, but not the sum over a thousand of them.
    values = np.asarray(values, dtype=np.float64)
    left = np.isfinite(values)
    count = left.sum(axis=-1)
    # Where a divisor would be 0 the result is NaN by decision, not by a floating-point accident.
    samples = np.where(count > 0, count, np.nan)
    freedom = np.where(count > 1, count - 1, np.nan)
    mean = np.where(left, values, 0.0).sum(axis=-1) / samples
    deviation = np.where(left, values - mean[..., np.newaxis], 0.0)
    standard_error = np.sqrt((deviation**2).sum(axis=-1) / freedom / samples)
    half_width = student_half_width(standard_error, count, level)
    return Band(mean, mean - half_width, mean + half_width, standard_error, count)


def student_half_width(
    standard_error: np.ndarray | float, count: np.ndarray | int, level: float
) -> np.ndarray:
    """Half the width of a Student t interval: quantile × standard error.

    Parameters
    ----------
    standard_error, count
        Of an estimate from so many independent replicas, of one shape.
    level
        Probability that the interval covers the expectation, in (0, 1).

    Returns
    -------
    The half width in that shape; NaN where there are fewer than two replicas.
    """
    freedom = np.where(count > 1, count - 1, np.nan)
    half_width: np.ndarray = stdtrit(freedom, (1 + level) / 2) * standard_error
    return half_width
