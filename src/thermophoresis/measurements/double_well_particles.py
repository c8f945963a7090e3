"""Particles in the double well in which a force circulates: a check that knows of no solver.

They start from a normal law about the origin, move by Euler and Maruyama with two steps on one
Brownian path, and all averages are extrapolated to no step. Turns are counted as they happen, by
the angle between successive places, and the entropy production is the work of the drift along the
path, β ∫ a∘dx, per time.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.double_well_particles import DoubleWellParticles
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import key
from thermophoresis.simulations import diffusing_particles
from thermophoresis.theory import double_well as theory

TITLE = "particles in a double well"
PURPOSE, START = "double_well_particles", "double_well_particles, start"
# Means of these, of a density ∝ e^{−βΦ}, are known.
QUANTITIES = ("near", "x1 x2", "x1 squared", "x2 squared")
WORDS = {
    "near": "probability of being near the origin",
    "near_gain": "its difference from that without the force",
    "turns": "turns around the origin per time",
    "entropy_production": "entropy production per time",
    "turns_ratio": "turns per time over those in closed form",
    "entropy_ratio": "entropy production over that in closed form",
}
GRID = (-4.0, 4.0, 2001)  # of x₁, for means of e^{−βΦ}


def measure(
    measurement: DoubleWellParticles,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Let particles move at each strength and temperature.

    Parameters
    ----------
    measurement
        Strengths, temperatures, for how long, and how many particles.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimensions ``strength`` and ``inverse_temperature``, float64, with standard errors over
        replicas; ``deviation`` of means from those without the force has the dimension
        ``quantity`` besides. ``turns_ratio`` and ``entropy_ratio`` are NaN where no closed form is
        known: without the force, and at temperatures other than 1.
    """
    both = ("strength", "inverse_temperature")
    # (strength, temperature, replica, what).
    found = np.array(
        [
            [moved(measurement, strength, beta) for beta in measurement.inverse_temperatures]
            for strength in measurement.strengths
        ]
    )
    exact = np.array(
        [known_means(measurement.radius, beta) for beta in measurement.inverse_temperatures]
    )
    near = found[..., 0]
    closed = np.array([closed_forms(measurement, it) for it in measurement.strengths])
    ratios = found[..., 4:] / closed[:, :, None]
    values = {
        "near": (both, near),
        "near_gain": (both, near - exact[:, None, 0]),
        "turns": (both, found[..., 4]),
        "entropy_production": (both, found[..., 5]),
        "turns_ratio": (both, ratios[..., 0]),
        "entropy_ratio": (both, ratios[..., 1]),
        "deviation": ((*both, "quantity"), found[..., :4] - exact[:, None]),
    }
    words = WORDS | {"deviation": "mean less that without the force"}
    variables: dict[str, xr.Variable] = {}
    for name, (dims, value) in values.items():
        told = {"long_name": words[name], "units": "1"}
        error = value.std(axis=2, ddof=1) / np.sqrt(measurement.replicas)
        variables[name] = xr.Variable(dims, value.mean(axis=2), told)
        told = {"long_name": "its standard error", "units": "1"}
        variables[f"{name}_standard_error"] = xr.Variable(
            dims, error, told | {"replicas": measurement.replicas}
        )
    return xr.Dataset(
        variables,
        {
            "strength": list(measurement.strengths),
            "inverse_temperature": list(measurement.inverse_temperatures),
            "quantity": list(QUANTITIES),
        },
    )


def closed_forms(measurement: DoubleWellParticles, strength: float) -> np.ndarray:
    """Return turns and entropy production per time, (temperature, 2), NaN where not known."""
    known = np.array([theory.turns(strength), theory.entropy_production(strength)])
    warm = np.array(measurement.inverse_temperatures)[:, None] == 1
    return np.where(warm & (strength > 0), known, np.nan)


def known_means(radius: float, beta: float) -> tuple[float, ...]:
    """Return the means of `QUANTITIES` of a density ∝ e^{−βΦ}."""
    line = np.linspace(*GRID[:2], GRID[2])
    weights = np.exp(-beta * (line**2 - 1) ** 2 / 4)
    return (
        theory.near_origin(radius, beta),
        0.0,
        float((line**2 * weights).sum() / weights.sum()),
        1 / beta,
    )


def moved(measurement: DoubleWellParticles, strength: float, beta: float) -> np.ndarray:
    """Return averages of each replica, free of the error of first order in the step, (replica, 6).

    Means of `QUANTITIES`, turns per time and entropy production per time.
    """
    whole, half = (_averages(measurement, strength, beta, halved=it) for it in (False, True))
    return np.asarray(2 * half - whole)


def _averages(
    measurement: DoubleWellParticles, strength: float, beta: float, *, halved: bool
) -> np.ndarray:
    shape = (measurement.replicas, measurement.particles, 2)
    start = diffusing_particles.noise(key(measurement.seed, START), shape, 0) / np.sqrt(beta)
    length = measurement.time_step / (2 if halved else 1)
    total = round((measurement.burn_in + measurement.time) / measurement.time_step)
    first = round(measurement.burn_in / length)
    steps = diffusing_particles.steps(
        start,
        lambda x: theory.drift(x, strength),
        np.eye(2),
        key(measurement.seed, f"{PURPOSE}, {strength:g}, {beta:g}"),
        temperature=1 / beta,
        time_step=measurement.time_step,
        count=total,
        halved=halved,
    )
    sums, counted = np.zeros((measurement.replicas, 6)), 0
    for number, (before, after, force, force_after) in enumerate(steps):
        if number < first:
            continue
        u, v = after[..., 0], after[..., 1]
        angle = np.arctan2(
            before[..., 0] * v - before[..., 1] * u, before[..., 0] * u + before[..., 1] * v
        )
        work = beta / 2 * ((force + force_after) * (after - before)).sum(axis=-1)
        inside = u**2 + v**2 < measurement.radius**2
        values = (inside, u * v, u**2, v**2, angle / (2 * np.pi * length), work / length)
        sums += np.stack([value.mean(axis=1) for value in values], axis=1)
        counted += 1
    return np.asarray(sums / counted)


def describe(dataset: xr.Dataset) -> str:
    """Say how often particles turn with the strongest force."""
    turns = dataset["turns"].isel(strength=-1).values
    errors = dataset["turns_standard_error"].isel(strength=-1).values
    pairs = ", ".join(f"{it:.4f} ± {by:.4f}" for it, by in zip(turns, errors, strict=True))
    return f"turns per time with the strongest force: {pairs}"
