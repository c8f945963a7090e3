"""How far the curves of two cells are from each other when one is stretched in time."""

from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicHermiteSpline

POINTS = 40  # at which two curves are compared
MIDPOINTS = (np.arange(POINTS) + 0.5) / POINTS
SMALLEST_OVERLAP = 0.5  # share of a window in which two curves must have values, in √τ


class Pair(NamedTuple):
    """Two cells whose curves are compared.

    Attributes
    ----------
    first, second
        Their positions.
    direction
        By how much their relative stretch grows with each exponent that is fitted, shape (p,).
    lowest, highest
        Relative stretches at which both have values in enough of the window.
    """

    first: int
    second: int
    direction: np.ndarray
    lowest: float
    highest: float


class Family(NamedTuple):
    """The curves of a window, ready to be compared.

    Attributes
    ----------
    values
        For each cell the values of the replicas that are left, shape (n, records of the cell).
    splines
        For each cell the weights of its records as functions of √τ.
    start
        √τ of each cell's first record, shape (K,).
    window
        Limits of the comparison in √τ.
    floor
        Squared standard error below which differences are rounding.
    """

    values: list[np.ndarray]
    splines: list[CubicHermiteSpline]
    start: np.ndarray
    window: tuple[float, float]
    floor: float


def interpolation(root: np.ndarray) -> CubicHermiteSpline:
    """Weights of records between them: cubics with the slopes of parabolas through three records.

    It is linear in the curve, and local, so that an abrupt change is not felt far away.

    Parameters
    ----------
    root
        √τ of the records, shape (records,).

    Returns
    -------
    Maps points of any shape to weights of shape (*points, records), NaN beyond the records.
    """
    records = np.eye(len(root))
    slopes = np.gradient(records, root, axis=0, edge_order=2)
    return CubicHermiteSpline(root, records, slopes, extrapolate=False)


def make_family(
    tau: list[np.ndarray], values: list[np.ndarray], window: tuple[float, float], floor: float
) -> Family:
    """Curves as functions of √τ.

    Parameters
    ----------
    tau
        For each cell the thermal time of its records, shape (records of the cell,).
    values, floor
        As `Family` has them.
    window
        Limits of the comparison in τ.
    """
    low, high = window
    return Family(
        values=values,
        splines=[interpolation(np.sqrt(row)) for row in tau],
        start=np.sqrt([row[0] for row in tau]),
        window=(np.sqrt(low), np.sqrt(high)),
        floor=floor,
    )


def make_pair(family: Family, first: int, second: int, direction: np.ndarray) -> Pair:
    """Two cells, with the relative stretches at which both reach into half of the window or more.

    The earlier of the two cells is the one whose beginning may be missing.
    """
    low, high = family.window
    last_start = high - SMALLEST_OVERLAP * (high - low)
    # A cell recorded from t = 0 has values at any stretch.
    with np.errstate(divide="ignore"):
        reach = 2 * np.log(last_start / family.start[[first, second]])
    return Pair(first, second, direction, lowest=-reach[1], highest=reach[0])


def record_weights(
    family: Family, pair: Pair, stretches: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the records of two cells at the points where their curves are compared.

    Parameters
    ----------
    stretches
        y, the logarithm of the ratio of the second cell's thermal time to the first one's, shape
        (N,).

    Returns
    -------
    Two arrays of shape (N, points, records of the cell).
    """
    low, high = family.window
    stretch = stretches[:, np.newaxis]
    start = np.where(stretch > 0, family.start[pair.first], family.start[pair.second])
    low = np.maximum(low, start * np.exp(np.abs(stretch) / 2))
    later = low + (high - low) * MIDPOINTS
    return (
        family.splines[pair.first](later * np.exp(-np.maximum(stretch, 0) / 2)),
        family.splines[pair.second](later * np.exp(np.minimum(stretch, 0) / 2)),
    )


def pair_costs(
    family: Family, pair: Pair, stretches: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Cost of a pair of curves, ⟨d̄²/v⟩ over the window, in every resample.

    Parameters
    ----------
    stretches
        Relative stretches, shape (N,).
    weights
        Share of each replica in each resample, shape (resamples, n).

    Returns
    -------
    Shape (N, resamples).
    """
    costs = np.empty((len(stretches), len(weights)))
    for row, first, second in zip(costs, *record_weights(family, pair, stretches), strict=True):
        difference = family.values[pair.first] @ first.T - family.values[pair.second] @ second.T
        mean, square = np.hsplit(weights @ np.hstack([difference, difference**2]), 2)
        variance = np.maximum(square - mean**2, 0) / (len(difference) - 1)
        row[:] = (mean**2 / (variance + family.floor)).mean(axis=1)
    return costs


def approximate_pair_costs(
    family: Family,
    pair: Pair,
    stretches: np.ndarray,
    means: list[np.ndarray],
    centred: list[np.ndarray],
) -> np.ndarray:
    """As `pair_costs`, but with the variance of the sample in place of that of each resample.

    All that is needed of the replicas are then means and covariances of records, which do not
    depend on the stretch.

    Parameters
    ----------
    stretches
        Relative stretches, shape (N,).
    means
        For each cell the mean curve of every resample, shape (resamples, records of the cell).
    centred
        For each cell the values less their mean over replicas, shape (n, records of the cell).

    Returns
    -------
    Shape (N, resamples).
    """
    replicas = len(centred[0])
    ours, theirs = centred[pair.first], centred[pair.second]
    squares = replicas * (replicas - 1)
    first, second = record_weights(family, pair, stretches)
    variance = (
        ((first @ (ours.T @ ours / squares)) * first).sum(axis=2)
        + ((second @ (theirs.T @ theirs / squares)) * second).sum(axis=2)
        - 2 * ((first @ (ours.T @ theirs / squares)) * second).sum(axis=2)
    )
    inverse = 1 / (np.maximum(variance, 0) + family.floor) / POINTS
    costs = np.empty((len(stretches), len(means[0])))
    for row, ours_at, theirs_at, share in zip(costs, first, second, inverse, strict=True):
        difference = means[pair.first] @ ours_at.T - means[pair.second] @ theirs_at.T
        row[:] = difference**2 @ share
    return costs
