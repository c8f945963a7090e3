"""The bootstrap over independent replicas."""

import numpy as np

RESAMPLES = 1000


def resample_weights(
    replicas: int, rng: np.random.Generator, resamples: int | None = None
) -> np.ndarray:
    """Draw how much each replica counts in the mean of each resample.

    Parameters
    ----------
    replicas
        Number of replicas, n; each resample draws n of them with replacement.
    rng
        Where the resamples come from.
    resamples
        How many; `RESAMPLES` unless it is said.

    Returns
    -------
    numpy.ndarray
        Shape (resamples, replicas); every row adds up to one.
    """
    count = RESAMPLES if resamples is None else resamples
    return rng.multinomial(replicas, np.full(replicas, 1 / replicas), count) / replicas


def sample_and_resamples(replicas: int, rng: np.random.Generator) -> np.ndarray:
    """Return the weights of the sample itself, then those of its resamples; see `resample_weights`.

    Returns
    -------
    numpy.ndarray
        Shape (1 + resamples, replicas); every row adds up to one.
    """
    return np.concatenate([np.full((1, replicas), 1 / replicas), resample_weights(replicas, rng)])


def spread(resampled: np.ndarray, replicas: int) -> float:
    """Return the bootstrap standard error; resampling n replicas makes it too small by (n−1)/n."""
    return float(resampled.std(ddof=1) * np.sqrt(replicas / (replicas - 1)))
