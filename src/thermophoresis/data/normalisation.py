"""Mean and standard deviation of each channel or feature over the training split."""

from math import sqrt

import numpy as np

from thermophoresis.data.image_file import TRAIN, Images


def normalisation(images: Images) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and standard deviation by which training scales each channel or feature.

    Where nothing is to be scaled they are 0 and 1. A feature of vectors that is the same throughout
    has the standard deviation 1, so that it becomes 0.

    Parameters
    ----------
    images
        With both splits, of which that for training counts.
    """
    training = images.images[images.split == TRAIN]
    if not images.standardise:
        return (0.0,) * training.shape[1], (1.0,) * training.shape[1]
    if training.dtype == np.uint8:
        return of_pixels(training)
    others = (0, *range(2, training.ndim))
    mean, std = training.mean(others), training.std(others)
    if training.ndim == 2:
        std = np.where((training == training[0]).all(0), 1.0, std)
    return tuple(mean.tolist()), tuple(std.tolist())


def of_pixels(images: np.ndarray) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and standard deviation of each channel, in units of pixel/255.

    They are exact up to one rounding: sums are of whole numbers, so that their order cannot matter.

    Parameters
    ----------
    images
        Shape (sample, channel, row, column), uint8.
    """
    means, stds = [], []
    for channel in range(images.shape[1]):
        parts = np.array_split(images[:, channel], -(-len(images) // 1000))
        counts = np.sum([np.bincount(part.ravel(), minlength=256) for part in parts], 0).tolist()
        n = sum(counts)
        total = sum(value * count for value, count in enumerate(counts))
        squares = sum(value**2 * count for value, count in enumerate(counts))
        means.append(total / (255 * n))
        stds.append(sqrt((n * squares - total**2) / (255 * n) ** 2))
    return tuple(means), tuple(stds)
