"""From paired replicas to the curve of a ratio with its confidence band."""

import numpy as np

from thermophoresis.numerics.intervals import Band, mean_band, student_half_width


def ratio_of_means(numerator: np.ndarray, denominator: np.ndarray, level: float) -> Band:
    """Ratio of two means over the same replicas, with an interval by the delta method.

    Exists, other than a mean of ratios or of their logarithms, where the numerator has both signs.

    Parameters
    ----------
    numerator, denominator
        Shape (records, replicas), NaN where a replica has diverged; the denominator not negative.
    level
        Confidence level.

    Returns
    -------
    The ratio and its Student t interval; NaN where the mean of the denominator is 0.
    """
    present = np.isfinite(numerator) & np.isfinite(denominator)
    mean_of = mean_band(np.where(present, denominator, np.nan), level).mean
    mean_of = np.where(mean_of > 0, mean_of, np.nan)
    ratio = mean_band(np.where(present, numerator, np.nan), level).mean / mean_of
    # To first order a replica moves the ratio by its residual over the mean denominator.
    residual = (numerator - ratio[:, np.newaxis] * denominator) / mean_of[:, np.newaxis]
    error = mean_band(residual, level).standard_error
    count = present.sum(axis=-1)
    half_width = student_half_width(error, count, level)
    return Band(ratio, ratio - half_width, ratio + half_width, error, count)


def geometric_mean_of_ratios(numerator: np.ndarray, denominator: np.ndarray, level: float) -> Band:
    """Geometric mean over replicas of the ratio of each, with an interval in log space.

    Parameters
    ----------
    numerator, denominator
        Shape (records, replicas), NaN where a replica has diverged. A replica with a value that
        is not positive has no ratio and is left out.
    level
        Confidence level.

    Returns
    -------
    Geometric mean, the ends of the Student t interval of the mean logarithm exponentiated, the
    standard error of the mean logarithm, and the number of replicas that have a ratio.
    """
    positive = (numerator > 0) & (denominator > 0)
    logarithms = np.where(
        positive,
        np.log(np.where(positive, numerator, 1.0)) - np.log(np.where(positive, denominator, 1.0)),
        np.nan,
    )
    mean, low, high, error, count = mean_band(logarithms, level)
    return Band(np.exp(mean), np.exp(low), np.exp(high), error, count)
