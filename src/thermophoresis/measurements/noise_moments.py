"""Skewness and excess kurtosis of the noise of batches, from batches that are drawn.

Samples of a batch are independent (with replacement), so that along any direction the third and the
fourth cumulant of their mean are those of one sample over |B|² and |B|³: in units of its deviation
the skewness is that of one sample over √|B|, the excess kurtosis that of one sample over |B|.
"""

from collections.abc import Sequence

import numpy as np


def cumulants(
    projected: np.ndarray, sizes: Sequence[int], batches: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return skewness and excess kurtosis of the noise of batches, each (size, direction).

    Directions have no sense: they are turned so that the skewness of one sample is positive.

    Parameters
    ----------
    projected
        Of the gradients of single samples less their mean, (sample, direction).
    sizes
        |B|, ascending. A smaller batch is the beginning of a larger one.
    batches
        How many are drawn, with replacement.
    rng
        Where they come from.
    """
    projected = projected * np.where((projected**3).sum(axis=0) < 0, -1.0, 1.0)
    drawn = projected[rng.integers(len(projected), size=(sizes[-1], batches))]
    deviation = projected.std(axis=0)
    total, begin, found = np.zeros(drawn.shape[1:]), 0, []
    for size in sizes:
        total = total + drawn[begin:size].sum(axis=0)
        begin = size
        # In units of the deviation that it has exactly: third and fourth moment without bias.
        noise = total / (size**0.5 * np.where(deviation > 0, deviation, np.nan))
        found.append(((noise**3).mean(axis=0), (noise**4).mean(axis=0) - 3))
    skewness, kurtosis = np.array(found).transpose(1, 0, 2)
    return skewness, kurtosis


def exact(projected: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what these are at one |B|, from the moments of single samples, each (direction,).

    Parameters
    ----------
    projected
        As of `cumulants`.
    size
        |B|.
    """
    deviation = projected.std(axis=0)
    scaled = projected / np.where(deviation > 0, deviation, np.nan)
    skewness, kurtosis = np.abs((scaled**3).mean(axis=0)), (scaled**4).mean(axis=0) - 3
    return skewness / size**0.5, kurtosis / size


def directions_of(covariance: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return leading eigenvectors and as many random directions, (parameter, direction)."""
    leading = np.linalg.eigh(covariance)[1][:, : -count - 1 : -1]
    random = rng.standard_normal(leading.shape)
    return np.concatenate([leading, random / np.linalg.norm(random, axis=0)], axis=1)
