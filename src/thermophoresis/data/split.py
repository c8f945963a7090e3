"""A seeded split into training and test samples, for data sets that come without one."""

import numpy as np

from thermophoresis.data.image_file import TEST, TRAIN


def seeded_split(labels: np.ndarray, test_fraction: float, seed: int) -> np.ndarray:
    """Set aside a fraction of every class.

    Parameters
    ----------
    labels
        Index of the class, (sample,).
    test_fraction
        Fraction of each class for the test split, rounded to whole samples but at least one, and
        at least one is left for training if the class has two.
    seed
        Of the choice.

    Returns
    -------
    numpy.ndarray
        `TRAIN` or `TEST`, (sample,), int8.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    split = np.full(len(labels), TRAIN, np.int8)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        wanted = min(max(1, round(test_fraction * len(members))), len(members) - 1)
        split[random.permutation(members)[:wanted]] = TEST
    return split
