"""What a step of SGD and the Langevin equation have in common, without chance.

All batches of a few samples are enumerated, steps of SGD made with each of them, and the
Fokker–Planck equation of `theory.langevin_limit` is solved on three grids: nothing is estimated.
Gradients are those of a small network with a loss that is not quadratic; the density is that of a
quadratic loss, which is known.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy.sparse.linalg import expm_multiply
from scipy.special import ndtr

from thermophoresis.config.measurements.langevin_limit import LangevinLimit
from thermophoresis.config.run import RunSettings
from thermophoresis.measurements.minibatch_covariance import enumerated, subsets, with_replacement
from thermophoresis.simulations import fokker_planck
from thermophoresis.theory import batch_noise, langevin_limit, stationary_covariance
from thermophoresis.theory.sampled_regression import regression_set

TITLE = "SGD as a Langevin equation"
PURPOSE = "langevin_limit"
UNITS = {"dt = 1": True, "dt = eta": False}
# Of the density: h, C, |B|, η, steps, and mean and variance at the start.
CURVATURE, NOISE, BATCH, RATE, STEPS = 1.5, 8.0, 4, 0.1, 8
START = (1.0, 0.09)
WALLS = (-1.8, 3.0)  # six deviations from where anything is
MOMENTS = ("mean", "variance")
WORDS = {
    "trace_exponent": "power of |B| in the trace of a batch gradient's covariance",
    "subset_error": "relative error of (C/|B|)(N - |B|)/(N - 1), without replacement",
    "drift_ratio": "mean of a step over -eta g, the component furthest from 1",
    "covariance_ratio": "trace of the covariance of a step over that of eta^2 C/|B|",
    "moment_error": "largest error of the covariance of a step over its largest entry",
    "second_moment_ratio": "mean square of a step over (eta^2/|B|) Tr C",
    "density_order": "order in the side of cells of the distance from the exact density",
    "density_error": "total variation distance from the exact density",
    "unit_difference": "largest difference of the densities in both units of time",
    "step_order": "order in eta, at fixed eta/|B|, of the error of one step",
    "excess_ratio": "excess loss over (eta/4|B|) Tr C at the minimum",
    "excess_ratio_stationary": "excess loss over (eta/4|B|) Tr C in the stationary state",
}

Array = np.ndarray[Any, np.dtype[np.float64]]
Found = dict[str, tuple[tuple[str, ...], Any]]


def measure(
    measurement: LangevinLimit,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Enumerate batches, solve the Fokker–Planck equation and the stationary regression.

    Parameters
    ----------
    measurement
        How many samples, batches, learning rates and cells.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        float64, what `WORDS` has: ``trace_exponent``; (batch_size) ``subset_error`` and the moments
        of a step; (time_unit) ``density_order``, from the two finest grids, (time_unit, grid)
        ``density_error``; ``unit_difference``; (moment) ``step_order``; (learning_rate) the two
        ratios of the excess loss of a linear regression.
    """
    rng = np.random.default_rng([*PURPOSE.encode(), measurement.seed])
    found: Found = {
        **_batches(measurement, rng),
        **_densities(measurement),
        "step_order": (("moment",), step_orders(measurement.learning_rates)),
        **_regression(measurement, rng),
    }
    grids = [measurement.cells * factor for factor in (1, 2, 4)]
    return xr.Dataset(
        {
            name: (dims, value, {"long_name": WORDS[name], "units": "1"})
            for name, (dims, value) in found.items()
        },
        {
            "batch_size": ("batch_size", list(measurement.batch_sizes)),
            "time_unit": ("time_unit", list(UNITS)),
            "grid": ("grid", grids, {"long_name": "number of cells"}),
            "moment": ("moment", list(MOMENTS)),
            "learning_rate": ("learning_rate", sorted(measurement.learning_rates)),
        },
    )


def network_gradients(inputs: Array, labels: Array, first: Array, last: Array) -> Array:
    """Return the gradient of every sample's loss of a small network, (sample, parameter).

    ℓ = log(1 + exp(−y z)), z = Σ_i v_i tanh(w_i·x): neither quadratic nor convex.

    Parameters
    ----------
    inputs, labels
        x (sample, input) and y = ±1 (sample,).
    first, last
        w (unit, input) and v (unit,).
    """
    hidden = np.tanh(inputs @ first.T)
    residual = -labels / (1 + np.exp(labels * (hidden @ last)))
    below = residual[:, None] * last * (1 - hidden**2)
    of_first = (below[:, :, None] * inputs[:, None, :]).reshape(len(inputs), -1)
    return np.concatenate([of_first, residual[:, None] * hidden], axis=1)


def _batches(measurement: LangevinLimit, rng: np.random.Generator) -> Found:
    """Return what all batches say of their covariance, and of a step of SGD."""
    N, sizes = measurement.samples, measurement.batch_sizes
    inputs, labels = rng.standard_normal((N, 2)), np.where(np.arange(N) % 2, 1.0, -1.0)
    gradients = network_gradients(
        inputs, labels, rng.standard_normal((2, 2)), rng.standard_normal(2)
    )
    mean, C = gradients.mean(axis=0), batch_noise.diffusion(gradients)
    theta, eta = rng.standard_normal(len(mean)), measurement.learning_rates[0]
    traces, rows = [], []
    for size in sizes:
        batches = with_replacement(N, size)
        steps = theta - eta * gradients[batches].mean(axis=1) - theta
        covariance = batch_noise.diffusion(steps)
        expected = eta**2 / size * C
        drifts = steps.mean(axis=0) / (-eta * mean)
        traces.append(np.trace(enumerated(gradients, batches)))
        exact = C * stationary_covariance.variance_factor(size, N)
        rows.append(
            (
                np.abs(enumerated(gradients, subsets(N, size)) - exact).max() / np.abs(exact).max(),
                drifts[np.abs(drifts - 1).argmax()],
                np.trace(covariance) / np.trace(expected),
                np.abs(covariance - expected).max() / np.abs(expected).max(),
                (steps**2).sum(axis=1).mean() / np.trace(expected),
            )
        )
    names = (
        "subset_error",
        "drift_ratio",
        "covariance_ratio",
        "moment_error",
        "second_moment_ratio",
    )
    exponent = np.polyfit(np.log(sizes), np.log(traces), 1)[0]
    by_size: Found = {
        name: (("batch_size",), column)
        for name, column in zip(names, np.array(rows).T, strict=True)
    }
    return {"trace_exponent": ((), exponent), **by_size}


def _densities(measurement: LangevinLimit) -> Found:
    """Return how far solutions are from the exact density, in both units of time."""
    grids = [measurement.cells * factor for factor in (1, 2, 4)]
    solved = {unit: [density(cells, it) for cells in grids] for unit, it in UNITS.items()}
    exact = [masses(cells, *exact_moments(True)) for cells in grids]
    errors = np.array(
        [
            [np.abs(one - other).sum() / 2 for one, other in zip(of_unit, exact, strict=True)]
            for of_unit in solved.values()
        ]
    )
    one, other = solved.values()
    difference = max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))
    return {
        "density_error": (("time_unit", "grid"), errors),
        "density_order": (("time_unit",), np.log2(errors[:, -2] / errors[:, -1])),
        "unit_difference": ((), difference),
    }


def exact_moments(per_step: bool) -> tuple[float, float]:
    """Return mean and variance at the end, Eq. 3 of `theory.langevin_limit`."""
    rate, diffusion = langevin_limit.drift_and_diffusion(
        CURVATURE, NOISE, learning_rate=RATE, batch_size=BATCH, per_step=per_step
    )
    time = STEPS * (1.0 if per_step else RATE)
    return langevin_limit.ornstein_uhlenbeck(*START, time, rate=rate, diffusion=diffusion)


def masses(cells: int, mean: float, variance: float) -> Array:
    """Return what a Gaussian has in each of some cells between the walls, (cell,)."""
    edges = np.linspace(*WALLS, cells + 1)
    return np.diff(ndtr((edges - mean) / variance**0.5))


def density(cells: int, per_step: bool) -> Array:
    """Return the masses of the Fokker–Planck equation after some steps; exact in time, (cell,)."""
    rate, diffusion = langevin_limit.drift_and_diffusion(
        CURVATURE, NOISE, learning_rate=RATE, batch_size=BATCH, per_step=per_step
    )
    box = fokker_planck.Box((WALLS[0],), (WALLS[1],), (cells,))
    jumps = fokker_planck.process(box, lambda x: -rate * x, np.eye(1), diffusion)
    time = STEPS * (1.0 if per_step else RATE)
    return np.asarray(expm_multiply(jumps.matrix * time, masses(cells, *START)))


def step_orders(rates: Sequence[float]) -> list[float]:
    """Return the orders in η of what one step's mean and variance are off, at fixed η/|B|."""
    errors = []
    for eta in sorted(rates)[:2]:
        # η/|B| is that of the density: C and |B| are told by their ratio.
        noise = NOISE / BATCH * RATE / eta
        rate, diffusion = langevin_limit.drift_and_diffusion(
            CURVATURE, noise, learning_rate=eta, batch_size=1, per_step=True
        )
        exact = langevin_limit.ornstein_uhlenbeck(*START, 1.0, rate=rate, diffusion=diffusion)
        step = langevin_limit.one_step(*START, CURVATURE, noise, learning_rate=eta, batch_size=1)
        errors.append(np.abs(np.subtract(step, exact)))
    ratio = sorted(rates)[1] / sorted(rates)[0]
    return [float(it) for it in np.log(errors[1] / errors[0]) / np.log(ratio)]


def _regression(measurement: LangevinLimit, rng: np.random.Generator) -> Found:
    """Return the excess loss of a regression, exactly, over (η/4|B|) Tr C with C of two places."""
    x = rng.standard_normal((measurement.regression_samples, measurement.inputs))
    y = x @ rng.standard_normal(measurement.inputs) + rng.standard_normal(len(x))
    regression = regression_set(x, y)
    size = min(measurement.batch_sizes)
    factor = stationary_covariance.variance_factor(size)
    ratios = []
    for eta in sorted(measurement.learning_rates):
        arguments = regression.x, -regression.residual
        covariance = stationary_covariance.regression(*arguments, learning_rate=eta, factor=factor)
        excess = np.trace(regression.hessian @ covariance) / 2
        there = stationary_covariance.regression_noise(*arguments, covariance)
        ratios.append(
            [
                excess
                / langevin_limit.excess_loss(float(np.trace(C)), learning_rate=eta, factor=factor)
                for C in (regression.noise, there)
            ]
        )
    at_minimum, stationary = np.array(ratios).T
    along = ("learning_rate",)
    return {"excess_ratio": (along, at_minimum), "excess_ratio_stationary": (along, stationary)}


def describe(dataset: xr.Dataset) -> str:
    """Say at which order densities converge."""
    orders = ", ".join(f"{float(it):.3g}" for it in dataset["density_order"])
    return f"order of the density's error in the side of cells {orders}"
