"""How an exponent varies with the level of the curves."""

import numpy as np

from thermophoresis.claims.cells import Cells, bootstrap
from thermophoresis.numerics.resampling import spread

LEVELS = (0.25, 0.5, 0.75)  # of the change that all curves make
CLEAR = 5.0  # standard errors by which the curves must change


def exponents_by_level(cells: Cells, setting: np.ndarray, rng: np.random.Generator) -> str:
    """Say with which power of a setting time goes until curves have made parts of their change.

    A curve that is a function of t a^γ reaches any level at t ∝ a^(−γ), whatever the function: γ is
    minus the slope of ln t against ln a over the cells. If it varies with the level by more than
    its error, there is no single exponent.

    Parameters
    ----------
    cells
        The curves.
    setting
        a, in each cell, shape (K,).
    rng
        Where the resamples come from.

    Returns
    -------
    Empty where the curves do not change in one direction by more than their noise.
    """
    values = cells.values[0]
    change = (values - values[:, :, :1]).mean(axis=1)
    furthest = np.abs(change).argmax(axis=1)
    signs = np.sign(np.take_along_axis(change, furthest[:, np.newaxis], axis=1)[:, 0])
    error = (values - values[:, :, :1]).std(axis=1, ddof=1).max(axis=1) / np.sqrt(cells.replicas)
    if abs(signs.sum()) < len(signs) or (np.abs(change).max(axis=1) < CLEAR * error).any():
        return ""
    logarithm = np.log(setting) - np.log(setting).mean()

    def exponents(mean: np.ndarray) -> np.ndarray:
        progress = np.maximum.accumulate(signs[0] * (mean - mean[:, :1]), axis=1)
        shared = progress[:, -1].min()
        # Records are about even in √t.
        when = [
            [
                2 * np.log(_reached(np.sqrt(step), row, level * shared))
                for row, step in zip(progress, cells.step, strict=True)
            ]
            for level in LEVELS
        ]
        return -np.array(when) @ logarithm / (logarithm @ logarithm)  # type: ignore[no-any-return]  # numpy: Any

    with np.errstate(divide="ignore", invalid="ignore"):
        found, resampled = bootstrap(cells, exponents, rng)
    if not np.isfinite(found).all() or not np.isfinite(resampled).all():
        return ""
    words = (
        f"{value:.2f} ± {spread(column, cells.replicas):.2g} at {level:.0%}"
        for level, value, column in zip(LEVELS, found, resampled.T, strict=True)
    )
    return f"by the time at which parts of the shared change are made it is {', '.join(words)}"


def _reached(axis: np.ndarray, progress: np.ndarray, level: float) -> float:
    """Return where a progress that never falls reaches a level."""
    after = int(np.searchsorted(progress, level))
    if after == 0 or after == len(progress):
        return float("nan")
    low, high = progress[after - 1], progress[after]
    share = (level - low) / (high - low)
    return float(axis[after - 1] + share * (axis[after] - axis[after - 1]))
