"""How well curves fall onto one when their horizontal axis is rescaled: the one definition."""

from typing import NamedTuple

import numpy as np


class Collapse(NamedTuple):
    """How well a family of curves overlaps.

    Attributes
    ----------
    error
        Collapse error ε in [0, 1]; NaN where the curves share no range.
    noise_floor
        The ε to be expected from the standard errors alone, were the curves identical and their
        errors independent; NaN where a standard error is.
    low, high
        The common range of the rescaled axis, over which both are evaluated.
    """

    error: float
    noise_floor: float
    low: float
    high: float


def collapse_error(
    coordinate: np.ndarray, mean: np.ndarray, standard_error: np.ndarray, points: int = 200
) -> Collapse:
    r"""Measure how well K curves coincide as functions of a rescaled axis.

    On a uniform grid of s over the range that all curves share,

    .. math:: ε² = ⟨Var_k[y_k(s)]⟩_s / Var_{s,k}[y_k(s)],

    with population variances and linear interpolation between records. In the language of the
    analysis of variance, ε² = 1 − R² of the best single master curve: ε = 0 says that the curves
    coincide, ε = 1 that the rescaled axis explains nothing. An affine map of y or a stretching of
    the axis changes nothing.

    The noise floor replaces the numerator by what independent errors contribute to it,
    (1 − 1/K) ⟨SE²⟩. It is an upper bound where the curves share their initial replicas, because
    shared fluctuations do not separate them.

    Parameters
    ----------
    coordinate
        The rescaled axis, shape (K, records), strictly increasing along each curve.
    mean
        The curves, shape (K, records). Records that are not finite (no replica left) are left out.
    standard_error
        Standard errors of ``mean``, shape (K, records).
    points
        Number of points of the grid.

    Raises
    ------
    ValueError
        The shapes differ, there are fewer than two curves, or an axis does not increase.
    """
    coordinate, mean, standard_error = (
        np.asarray(array, dtype=np.float64) for array in (coordinate, mean, standard_error)
    )
    if not coordinate.shape == mean.shape == standard_error.shape or mean.ndim != 2:
        raise ValueError(
            "coordinate, mean and standard_error need one shape (curves, records), got "
            f"{coordinate.shape}, {mean.shape}, {standard_error.shape}"
        )
    if len(mean) < 2:
        raise ValueError("a single curve has nothing to collapse onto")
    present = np.isfinite(coordinate) & np.isfinite(mean)
    if any((np.diff(x[keep]) <= 0).any() for x, keep in zip(coordinate, present, strict=True)):
        raise ValueError("the coordinate of a curve does not increase strictly")

    low, high = common_range(coordinate, mean)
    if not low < high:  # also when a curve has no finite record, hence NaN
        return Collapse(np.nan, np.nan, low, high)
    grid = np.linspace(low, high, points)

    def interpolate(arrays: np.ndarray) -> np.ndarray:
        return np.stack(
            [
                np.interp(grid, x[keep], y[keep])
                for x, y, keep in zip(coordinate, arrays, present, strict=True)
            ]
        )

    curves = interpolate(mean)
    # Neighbouring records come from the same replicas, so their errors do not average out on the
    # way from one to the next: the standard error, not its square, is what is interpolated.
    noise = (1 - 1 / len(mean)) * (interpolate(standard_error) ** 2).mean()
    total = curves.var()
    rounding = 16 * np.finfo(np.float64).eps * np.abs(curves).max()
    if (
        total <= rounding**2
    ):  # one constant: the curves coincide, and any noise would be all there is
        return Collapse(0.0, float(np.sign(noise)), low, high)
    between = curves.var(axis=0).mean()
    return Collapse(
        error=float(min(np.sqrt(between / total), 1.0)),
        noise_floor=float(np.minimum(np.sqrt(noise / total), 1.0)),
        low=low,
        high=high,
    )


def common_range(coordinate: np.ndarray, mean: np.ndarray) -> tuple[float, float]:
    """Range of the rescaled axis over which every curve has values.

    Parameters
    ----------
    coordinate, mean
        Shape (K, records); records that are not finite are left out.

    Returns
    -------
    low, high
        Latest start and earliest end; low > high where the curves do not meet, NaN where a curve
        has no finite record.
    """
    present = np.isfinite(coordinate) & np.isfinite(mean)
    if not present.any(axis=1).all():
        return np.nan, np.nan
    low = np.where(present, coordinate, np.inf).min(axis=1).max()
    high = np.where(present, coordinate, -np.inf).max(axis=1).min()
    return float(low), float(high)
