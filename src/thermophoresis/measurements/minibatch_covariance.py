"""Covariances of batch gradients, from all batches that there are, beside what is printed.

Nothing is drawn but the gradients of the samples, from normal variates: a formula that holds for
any gradients holds for these. They are taken as they are, with a mean, and without it
(``mean_gradient``), as in a minimum. A ratio is that of traces.
"""

from collections.abc import Sequence
from itertools import combinations, permutations, product
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.minibatch_covariance import MinibatchCovariance
from thermophoresis.config.run import RunSettings
from thermophoresis.theory import batch_noise
from thermophoresis.theory.stationary_covariance import variance_factor

TITLE = "covariance of batch gradients"
PURPOSE = "minibatch_covariance"
ANY, VANISHING = "any", "vanishing"
SAMPLERS = ("with_replacement", "fresh_subset", "without_replacement")

Array = np.ndarray[Any, np.dtype[np.float64]]


def measure(
    measurement: MinibatchCovariance,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Enumerate batches.

    Parameters
    ----------
    measurement
        How many samples, and which batches.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        float64. (mean_gradient, batch_size): ``with_replacement_error``, relative to D/|B|;
        ``subset_error``, relative to (D/|B|)(N − |B|)/(N − 1); ``subset_over_printed``, over
        (D/|B|)(1 − |B|/N) with D of Eq. 2; ``subset_over_appendix``, with that of Eq. A2.
        (batch_size) ``variance_over_printed``, over D/β. (sampler) ``epoch_covariance``, of two
        batches of one sample each in an epoch, over D.
    """
    drawn = np.random.default_rng([*PURPOSE.encode(), measurement.seed]).standard_normal(
        (measurement.samples, measurement.inputs)
    )
    places = {ANY: drawn, VANISHING: drawn - drawn.mean(axis=0)}
    by_place = [
        [_compared(gradients, size) for size in measurement.batch_sizes]
        for gradients in places.values()
    ]
    words = {
        "with_replacement_error": "relative error of D/|B|, with replacement",
        "subset_error": "relative error of (D/|B|)(N − |B|)/(N − 1), without replacement",
        "subset_over_printed": "variance without replacement over (D/|B|)(1 − |B|/N)",
        "subset_over_appendix": "variance without replacement over that of Eq. A2",
    }
    variables: dict[str, Any] = {
        name: (
            ("mean_gradient", "batch_size"),
            [[one[name] for one in row] for row in by_place],
            _told(told),
        )
        for name, told in words.items()
    }
    exact = batch_noise.diffusion(drawn)
    ratios = [
        _ratio(
            enumerated(drawn, with_replacement(measurement.samples, size)),
            exact / batch_noise.inverse_temperature(measurement.learning_rate, size),
        )
        for size in measurement.batch_sizes
    ]
    variables["variance_over_printed"] = (
        "batch_size",
        ratios,
        _told("variance with replacement over D/β"),
    )
    variables["epoch_covariance"] = (
        "sampler",
        [_ratio(covariance_of_two(drawn, sampler), exact) for sampler in SAMPLERS],
        _told("covariance of two gradients in an epoch over D"),
    )
    coordinates = {
        "batch_size": ("batch_size", list(measurement.batch_sizes), _told("batch size")),
        "mean_gradient": ("mean_gradient", list(places), {"long_name": "mean of the gradients"}),
        "sampler": ("sampler", list(SAMPLERS), {"long_name": "how batches are drawn"}),
    }
    return xr.Dataset(variables, coordinates)


def with_replacement(samples: int, size: int) -> Array:
    """Return all batches with replacement, (batch, sample of it), each as probable as another."""
    return np.array(list(product(range(samples), repeat=size)))


def subsets(samples: int, size: int) -> Array:
    """Return all batches without replacement, (batch, sample of it)."""
    return np.array(list(combinations(range(samples), size)))


def enumerated(gradients: Array, batches: Array) -> Array:
    """Return the covariance of the mean gradients of equally probable batches, (d, d)."""
    return batch_noise.diffusion(gradients[batches].mean(axis=1))


def covariance_of_two(gradients: Array, sampler: str) -> Array:
    """Return the covariance of the first two gradients of an epoch, |B| = 1, from all orders.

    Without replacement an epoch is one order of all samples; otherwise samples of two steps are
    independent.
    """
    count = len(gradients)
    if sampler == "without_replacement":
        orders = np.array(list(permutations(range(count))))
    else:
        orders = with_replacement(count, 2)
    first, second = (gradients[orders[:, step]] for step in (0, 1))
    mean = gradients.mean(axis=0)
    return np.asarray((first - mean).T @ (second - mean) / len(orders))


def _compared(gradients: Array, size: int) -> dict[str, float]:
    """Return errors of what is right and ratios to what is printed, at one batch size."""
    count, exact = len(gradients), batch_noise.diffusion(gradients)
    replaced = enumerated(gradients, with_replacement(count, size))
    subset = enumerated(gradients, subsets(count, size))
    factor = batch_noise.printed_subset_factor(size, count)
    appendix = batch_noise.diffusion_without_replacement(gradients)
    return {
        "with_replacement_error": _error(replaced, exact * variance_factor(size)),
        "subset_error": _error(subset, exact * variance_factor(size, count)),
        "subset_over_printed": _ratio(subset, exact * factor),
        "subset_over_appendix": _ratio(subset, appendix * factor),
    }


def _error(found: Array, expected: Array) -> float:
    """Return the largest difference over the largest entry."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def _ratio(found: Array, expected: Array) -> float:
    return float(np.trace(found) / np.trace(expected))


def _told(words: str) -> dict[str, str]:
    return {"long_name": words, "units": "1"}


def describe(dataset: xr.Dataset) -> str:
    """Say how far what is printed is from what was enumerated."""
    error = float(dataset["with_replacement_error"].max())
    ratio = float(dataset["subset_over_printed"].max())
    return f"with replacement D/|B| to {error:.1g}; without, {ratio:.4g} times what is printed"
