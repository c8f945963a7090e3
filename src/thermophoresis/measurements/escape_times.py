"""How long discrete SGD takes from one well to the other, against Kramers' formula.

The mean first passage time from the minimum of a well to that of the other one is exact for each η
(`simulations.transfer_operator`), and is extrapolated to η → 0 at fixed temperatures. Wells are
drawn,

    L′ = k(x³ + bx² − x − b)(1 + cx²),

with minima at ±1 and the barrier at −b, |b| ≤ 0.4, 0 ≤ c ≤ 1, k such that ΔL = 1 from the left one.
In the first of them, b = c = 0, walkers are counted too.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr

from thermophoresis.config.measurements.escape_times import EscapeTimes
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import key
from thermophoresis.draws.variates import uniform
from thermophoresis.measurements.noise_convention import extrapolated
from thermophoresis.simulations import transfer_operator as to
from thermophoresis.theory.state_dependent_noise import kramers_time

TITLE = "escape times"
PURPOSE = "escape_times"
PER_SPREAD = 2.5  # cells in the standard deviation of a step
LEVEL = 24.0  # L/T at the end of the grid
WALKERS = 32  # of a replica
SETTLED = 20.0  # t H, after which the rate of exits is taken for constant


class Well(NamedTuple):
    """A double well with ΔL = 1: L′, L″ at the left minimum, and −L″ at the barrier."""

    gradient: Callable[[np.ndarray], np.ndarray]
    curvature: float
    barrier: float


def measure(
    measurement: EscapeTimes,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Calculate escape times, how they go with ΔL/T, and count some.

    Parameters
    ----------
    measurement
        Temperatures, steps, wells, and how much is counted.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        ``slope`` of ln τ on ΔL/T as η → 0, and ``limit_slope``, with a term in T/ΔL fitted beside
        it, both means over wells with standard errors; (ratio) ``counted_over_exact``. For figures,
        of the first well, ``time_over_kramers`` (step, ratio), ``limit_over_kramers`` and
        ``counted_over_kramers`` (ratio), the latter with standard errors, and (well, ratio)
        ``wells_over_kramers``.
    """
    ratios, steps = np.array(measurement.ratios), measurement.steps
    wells = drawn_wells(measurement.wells, measurement.seed)
    kramers = np.array(
        [[kramers_time(1.0, 1 / u, it.curvature, it.barrier) for u in ratios] for it in wells]
    )
    # (step, well, ratio)
    exact = np.log([[[mean_time(it, u, step) for u in ratios] for it in wells] for step in steps])
    limits = extrapolated(steps, exact)[0]
    counted, errors = counted_times(measurement, wells[0], np.exp(exact[0, 0]))
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    for name, order in (("slope", 0), ("limit_slope", 1)):
        value, error = mean_slope(ratios, limits, order)
        found[name] = ((), np.array(value))
        found[f"{name}_standard_error"] = ((), np.array(error))
    for name, known in (("exact", np.exp(exact[0, 0])), ("kramers", kramers[0])):
        found[f"counted_over_{name}"] = (("ratio",), counted / known)
        found[f"counted_over_{name}_standard_error"] = (("ratio",), errors / known)
    found |= {
        "time_over_kramers": (("step", "ratio"), np.exp(exact[:, 0]) / kramers[0]),
        "limit_over_kramers": (("ratio",), np.exp(limits[0]) / kramers[0]),
        "wells_over_kramers": (("well", "ratio"), np.exp(limits) / kramers),
    }
    told = {"units": "1"}
    dataset = xr.Dataset(
        {name: (dims, it, told | {"long_name": WORDS[name]}) for name, (dims, it) in found.items()},
        {"ratio": ratios, "step": list(steps)},
    )
    for name in found:
        if name.endswith("_standard_error"):
            of_wells = "slope" in name
            dataset[name].attrs["replicas"] = (
                measurement.wells if of_wells else measurement.replicas
            )
    return dataset


_ERROR = "its standard error"
WORDS = {
    "slope": "slope of the logarithm of escape times on the barrier over the temperature",
    "slope_standard_error": _ERROR,
    "limit_slope": "the same with a term in the temperature over the barrier beside it",
    "limit_slope_standard_error": _ERROR,
    "counted_over_exact": "mean escape time that is counted over the exact one",
    "counted_over_exact_standard_error": _ERROR,
    "counted_over_kramers": "mean escape time that is counted over Kramers' formula",
    "counted_over_kramers_standard_error": _ERROR,
    "time_over_kramers": "mean escape time over Kramers' formula",
    "limit_over_kramers": "mean escape time over Kramers' formula as the learning rate goes to 0",
    "wells_over_kramers": "the same by well",
}


def drawn_wells(count: int, seed: int) -> list[Well]:
    """Return wells, of which the first has b = c = 0."""
    drawn = uniform(key(seed, PURPOSE), range(1), 0, count, 2, dtype=torch.float64)[0].numpy()
    drawn = drawn * np.array([0.8, 1.0]) - np.array([0.4, 0.0])
    drawn[0] = 0.0
    return [well(*it) for it in drawn]


def well(b: float, c: float) -> Well:
    """Return the well of a form."""
    slope = np.polynomial.Polynomial([-b, -1, b, 1]) * np.polynomial.Polynomial([1, 0, c])
    rise = slope.integ()
    slope = slope / (rise(-b) - rise(-1.0))
    bend = slope.deriv()
    return Well(lambda x: np.asarray(slope(x)), float(bend(-1.0)), float(-bend(-b)))


def _noise(well: Well, ratio: float, step: float) -> tuple[float, float]:
    """Return η and |B| at which T = σ²η/2|B| is ΔL over a ratio, with σ² = 1."""
    learning_rate = step / well.curvature
    return learning_rate, learning_rate * ratio / 2


def mean_time(well: Well, ratio: float, step: float) -> float:
    """Return the mean ηt from the left minimum until x ≥ 1.

    Parameters
    ----------
    well
        Which.
    ratio
        ΔL/T.
    step
        ηH.
    """
    eta, batch = _noise(well, ratio, step)
    side = np.sqrt(2 * eta / ratio) / PER_SPREAD
    # Cells so that a middle is at −1 and an edge at 1.
    side = 2 / (np.ceil(2 / side) + 0.5)
    below = np.ceil(np.sqrt(2 * LEVEL / ratio / well.curvature) / side)
    edges = 1 + side * np.arange(-np.round(2 / side + 0.5) - below, 2)
    matrix = to.transitions(edges, well.gradient, np.ones_like, learning_rate=eta, batch_size=batch)
    inside = to.middles(edges) < 1
    start = int(np.abs(to.middles(edges) + 1).argmin())
    return float(to.mean_exit_steps(matrix, inside)[start] * eta)


def mean_slope(ratios: np.ndarray, logs: np.ndarray, order: int) -> tuple[float, float]:
    """Return the mean over wells of the slope of ln τ on ΔL/T, and its standard error.

    Parameters
    ----------
    ratios
        ΔL/T, (ratio,).
    logs
        ln τ, (well, ratio).
    order
        Up to which power of T/ΔL there are terms beside it. If there are any, what one more changes
        of the mean is a part of the error.
    """

    def slopes(terms: int) -> np.ndarray:
        columns = np.stack([ratios, *(ratios**-power for power in range(terms + 1))], axis=1)
        return np.asarray(np.linalg.lstsq(columns, logs.T)[0][0])

    found = slopes(order)
    spread = found.std(ddof=1) / np.sqrt(len(found))
    change = slopes(order + 1).mean() - found.mean() if order else 0.0
    return float(found.mean()), float(np.hypot(spread, change))


def counted_times(
    measurement: EscapeTimes, well: Well, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean times that are counted, and standard errors by a jackknife over replicas.

    A walker that has reached the other minimum starts anew. Once that is stationary, the number of
    exits per time has the mean 1/τ, whatever the law of times is.

    Parameters
    ----------
    measurement
        Temperatures, and how much is counted.
    well
        Which.
    expected
        About how long it takes, (ratio,).
    """
    shape, step = (measurement.replicas, WALKERS), measurement.steps[0]
    means, errors = [], []
    for number, (ratio, time) in enumerate(zip(measurement.ratios, expected, strict=True)):
        eta, batch = _noise(well, ratio, step)
        count = int(np.ceil(measurement.exits * time / eta / np.prod(shape)))
        generator = np.random.default_rng([measurement.seed, number])
        exits = np.zeros(measurement.replicas)
        settled = int(np.ceil(SETTLED / step))
        walk = to.walk(
            np.full(shape, -1.0),
            well.gradient,
            np.ones_like,
            generator,
            learning_rate=eta,
            batch_size=batch,
        )
        for k, x in enumerate(islice(walk, settled + count)):
            out = x >= 1
            if out.any():
                x[out] = -1.0
                if k >= settled:
                    exits += out.sum(axis=1)
        spent = count * WALKERS * eta
        others = spent * (len(exits) - 1) / (exits.sum() - exits)
        means.append(spent * len(exits) / exits.sum())
        errors.append(others.std(ddof=0) * np.sqrt(len(exits) - 1))
    return np.array(means), np.array(errors)


def describe(dataset: xr.Dataset) -> str:
    """Say what slopes there are."""
    plain, limit = (float(dataset[name]) for name in ("slope", "limit_slope"))
    return f"slope of ln τ on ΔL/T: {plain:.4f}, {limit:.4f} with the next order beside it"
