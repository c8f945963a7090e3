"""The stationary state of the random walk between walls, beside the Soret equilibrium.

Particles start evenly between reflecting walls and walk until nothing changes any more. The power
of g in their density is the maximum-likelihood estimate from all that are five steps from the walls
or more: with x = ln g, density ∝ e^{px}, it is that p with which x has its mean. No bin is chosen,
and no equation of the paper is used.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from thermophoresis.config.measurements.soret_equilibrium import SoretEquilibrium, window
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import key
from thermophoresis.draws.variates import uniform
from thermophoresis.simulations import random_walk
from thermophoresis.theory import walk

TITLE = "Soret equilibrium of the random walk"
PURPOSE = "soret_equilibrium"
START = "soret_equilibrium, start"
RECORDS = 11
BINS = 16
NODES = 200  # of Gauss and Legendre, within the window
ITERATIONS = 20  # of Newton's method


def measure(
    measurement: SoretEquilibrium,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Walk, and fit the power of g in the density.

    Parameters
    ----------
    measurement
        Shapes of g, step size, how long, and how many particles.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``shape`` of g, float64, with standard errors over replicas:
        ``power``, of g in the density at the end; ``soret_ratio``, S_T = −∇ln ρ/∇T found there
        over D_T/D by Eq. 6. Beside it for the figure, (shape, thermal_time) ``power_path``, and
        (shape, bin) ``density``, mean 1 between the walls, at ``bin_noise``.
    """
    shapes = [_walked(measurement, name) for name in measurement.noise]
    powers, densities, bin_noise = (np.stack(it) for it in zip(*shapes, strict=True))
    printed = printed_power(measurement.step_size)
    found = powers[..., -1]
    variables = {
        "power": (("shape",), found, "power of g in the stationary density"),
        "soret_ratio": (("shape",), found / printed, "Soret coefficient over that of Eq. 6"),
        "power_path": (("shape", "thermal_time"), powers, "power of g in the density"),
        "density": (("shape", "bin"), densities, "density over its mean"),
    }
    dataset = xr.Dataset(
        {
            name: (dims, value.mean(axis=1), {"long_name": words, "units": "1"})
            for name, (dims, value, words) in variables.items()
        },
        {
            "shape": ("shape", list(measurement.noise), {"long_name": "shape of g"}),
            "thermal_time": ("thermal_time", times(measurement), {"units": "1"}),
        },
    )
    for name, (dims, value, _) in variables.items():
        error = value.std(axis=1, ddof=1) / np.sqrt(measurement.replicas)
        attributes = {"long_name": "its standard error", "units": "1"}
        dataset[f"{name}_standard_error"] = (
            dims,
            error,
            attributes | {"replicas": measurement.replicas},
        )
    words = {"long_name": "mean of g in the bin", "units": "1"}
    dataset["bin_noise"] = (("shape", "bin"), bin_noise, words)
    return dataset


def printed_power(step_size: float) -> float:
    """Return the power of g in the stationary density by Eqs. 6, 15, 22: of any g."""
    g = np.ones(1)
    heat = walk.temperature(step_size, g)
    # D is the coefficient of −∇ρ, and D_T that of −ρ ∇T, of which c of Eq. 7 is one.
    diffusion = -walk.diffusive_flow(step_size, g[:, None], np.ones((1, 1)))
    slope, unit = np.ones((1, 1, 1)), np.ones(1)
    of_flow = -walk.thermophoretic_flow(step_size, g[:, None], slope, unit)
    of_heat = walk.thermophoretic_coefficient(step_size, g[:, None], slope)
    return float(walk.noise_power(diffusion, float(of_flow[0] / of_heat[0]), heat)[0])


def times(measurement: SoretEquilibrium) -> np.ndarray:
    """Return the thermal times of the records, whole steps each."""
    unit = measurement.step_size**2
    return np.round(np.linspace(0, measurement.thermal_time / unit, RECORDS)) * unit


def _walked(measurement: SoretEquilibrium, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Walk with one shape of g; return powers, densities in bins, and g of these.

    Returns
    -------
    Shapes (replica, thermal_time), (replica, bin) and (bin).
    """
    noise, replicas = measurement.noise[name], range(measurement.replicas)
    g = np.polynomial.Polynomial(noise)
    inside = window(noise, measurement.step_size)
    start = key(measurement.seed, f"{START}, {name}")
    coins = key(measurement.seed, f"{PURPOSE}, {name}")
    drawn = uniform(start, replicas, 0, measurement.particles, 1, dtype=torch.float64)
    q = drawn[..., 0].numpy().copy()
    counts = np.round(times(measurement) / measurement.step_size**2).astype(int)
    powers = [fitted_power(q, g, inside)]
    for first, last in pairwise(counts):
        random_walk.walk(
            q,
            coins,
            step_size=measurement.step_size,
            noise=noise,
            first=int(first),
            steps=int(last - first),
            walls=(0.0, 1.0),
        )
        powers.append(fitted_power(q, g, inside))
    edges = np.linspace(*inside, BINS + 1)
    counted = np.stack([np.histogram(it, edges)[0] for it in q])
    densities = counted / (measurement.particles * (edges[1] - edges[0]))
    integral = g.integ()
    return np.stack(powers, axis=1), densities, np.diff(integral(edges)) / np.diff(edges)


def fitted_power(
    q: np.ndarray, g: np.polynomial.Polynomial, inside: tuple[float, float]
) -> np.ndarray:
    """Return the most likely power of g in a density, of each replica.

    Parameters
    ----------
    q
        Where the particles are, shape (replica, particle).
    g
        As a function of q.
    inside
        Between which places it is fitted.
    """
    low, high = inside
    within = (q >= low) & (q <= high)
    mean = np.where(within, np.log(g(q)), 0.0).sum(axis=1) / within.sum(axis=1)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    x = np.log(g(low + (high - low) * (1 + nodes) / 2))
    power = np.zeros((len(q), 1))
    for _ in range(ITERATIONS):
        likely = weights * np.exp(power * x)
        likely /= likely.sum(axis=1, keepdims=True)
        expected = (likely * x).sum(axis=1, keepdims=True)
        variance = (likely * (x - expected) ** 2).sum(axis=1, keepdims=True)
        power += (mean[:, None] - expected) / variance
    return power[:, 0]


def describe(dataset: xr.Dataset) -> str:
    """Say which powers were found."""
    powers = ", ".join(
        f"{power:.3f} ± {error:.3f}"
        for power, error in zip(
            dataset["power"].values, dataset["power_standard_error"].values, strict=True
        )
    )
    return f"density goes with g to the power {powers}"
