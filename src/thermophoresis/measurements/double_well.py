"""A double well in which a force circulates: stationary states, zeros, orbits and actions.

Everything is computed, nothing drawn: densities by the conservative solver on two grids, of which
the finer one counts and the difference tells the error; zeros of the drift, curl and what is known
at β = 1 in closed form (`theory.double_well`); closed orbits by the return map; and the actions of
the two paths of which Lemma 7 says that one is the most likely.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from scipy.interpolate import RectBivariateSpline
from scipy.optimize import brentq

from thermophoresis.config.measurements.double_well import DoubleWell
from thermophoresis.config.run import RunSettings
from thermophoresis.simulations import fokker_planck as fp
from thermophoresis.simulations import orbits
from thermophoresis.theory import double_well as theory
from thermophoresis.theory.most_likely_path import action

TITLE = "double well with a force that circulates"
LEVEL = 18.0  # βΦ at the walls: six standard deviations where Φ is quadratic
LEAST_HALF = 2.2  # where little noise leaves the force alone, which is not in Φ
# Where densities are stored, for figures.
SHOWN = np.linspace(-1.6, 1.6, 81)
# Nodes within the radius, in r (Gauss and Legendre) and in the angle.
NODES, ANGLES = 20, 64
# Of orbits: from where, how long a step, how long.
DISTANCES = np.linspace(0.05, 2.5, 50)
TIME_STEP, STEPS = 0.02, 2000
ROUNDING = 1e-6  # of a return, far above the error of the orbits
MERGING_DISTANCES = (0.04, 0.02)  # of zeros from the origin, one half of the other
# Of actions: where paths start, and for how long they are followed (a turn or less).
STARTS = np.stack(np.meshgrid(*2 * [np.linspace(-1.5, 1.5, 13)], indexing="ij"), -1).reshape(-1, 2)
ACTION_STEP, ACTION_STEPS = 0.01, 400
# What the premises are evaluated on, and the step of a derivative in the imaginary direction.
PREMISES = np.stack(np.meshgrid(*2 * [np.linspace(-2, 2, 81)], indexing="ij"), -1).reshape(-1, 2)
IMAGINARY = 1e-20

STRENGTH, BOTH = ("strength",), ("strength", "inverse_temperature")
WORDS = {
    "near": "probability of being near the origin",
    "near_gain": "its difference from that without the force",
    "turns": "turns around the origin per time",
    "entropy_production": "entropy production per time",
    "density_distance": "L1 distance of the density from that without the force",
    "grid_error": "change of the probability near the origin from half as many cells a side",
    "force_divergence": "largest divergence of the force",
    "force_along_gradient": "largest product of the force with the gradient of the potential",
    "flow_divergence": "largest divergence of the force times exp(-potential)",
    "curl": "size of the curl of the drift at the origin",
    "origin_growth": "largest real part of the eigenvalues of the drift at the origin",
    "origin_growth_error": "its distance from that in closed form",
    "zero_residual": "size of the drift at its zeros in closed form",
    "zero_distance": "distance of a zero of the drift from the origin",
    "limit_cycles_of_force": "isolated closed orbits along the force",
    "limit_cycles_of_drift": "isolated closed orbits along the drift",
    "action_gap": "largest action along the force less that along the drift, at 1/temperature 1",
    "action_gap_small_noise": "the same without the divergence of the drift",
}


def measure(
    measurement: DoubleWell,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Compute all of it for each strength, and each temperature.

    Parameters
    ----------
    measurement
        Strengths, temperatures and the grid.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimensions ``strength`` and ``inverse_temperature``, float64. Beside what claims can be
        about, for figures, ``density`` (strength, inverse_temperature, x1, x2), and in closed form
        ``zero`` (strength, coordinate), ``turns_closed`` and ``entropy_closed`` (strength). Of no
        strength, ``merging_error``: the closed λ at which zeros meet, relative to that found.
    """
    strengths = measurement.strengths
    states = [
        [_state(measurement, strength, beta) for beta in measurement.inverse_temperatures]
        for strength in strengths
    ]
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {
        name: (BOTH, np.array([[state[name] for state in row] for row in states]))
        for name in ("near", "turns", "entropy_production", "density_distance", "grid_error")
    }
    exact = [theory.near_origin(measurement.radius, it) for it in measurement.inverse_temperatures]
    found["near_gain"] = (BOTH, found["near"][1] - exact)
    of_strength = [
        premises(strength) | _fixed_points(strength) | cycles(strength) | actions(strength)
        for strength in strengths
    ]
    for name in of_strength[0]:
        found[name] = (STRENGTH, np.array([float(it[name]) for it in of_strength]))
    dataset = xr.Dataset(
        {name: (*found[name], {"long_name": words, "units": "1"}) for name, words in WORDS.items()},
        {
            "strength": ("strength", list(strengths), {"long_name": "strength of the force"}),
            "inverse_temperature": (
                "inverse_temperature",
                list(measurement.inverse_temperatures),
                {"long_name": "1/temperature"},
            ),
            "x1": ("x1", SHOWN),
            "x2": ("x2", SHOWN),
        },
    )
    merging = abs(theory.MERGING_STRENGTH / merging_strength() - 1)
    told = {"long_name": "relative error of the strength at which zeros meet", "units": "1"}
    dataset["merging_error"] = ((), merging, told)
    density = np.array([[state["density"] for state in row] for row in states])
    zeros = np.stack([theory.zero(it) for it in strengths])
    for name, dims, value, words in (
        ("density", (*BOTH, "x1", "x2"), density, "density"),
        ("zero", (*STRENGTH, "coordinate"), zeros, "a zero of the drift"),
        ("turns_closed", STRENGTH, [theory.turns(it) for it in strengths], "turns per time"),
        (
            "entropy_closed",
            STRENGTH,
            [theory.entropy_production(it) for it in strengths],
            "entropy production per time",
        ),
    ):
        dataset[name] = (dims, value, {"long_name": words, "units": "1"})
    return dataset


def box(inverse_temperature: float, cells: int) -> fp.Box:
    """Return where βΦ is below `LEVEL` along the axes, and at least `LEAST_HALF` either way."""
    level = LEVEL / inverse_temperature
    half = np.maximum([np.sqrt(1 + np.sqrt(4 * level)), np.sqrt(2 * level)], LEAST_HALF)
    return fp.Box(tuple(-half), tuple(half), (cells, cells))


def _state(measurement: DoubleWell, strength: float, beta: float) -> dict[str, float | np.ndarray]:
    """Return the stationary state, solved on two grids, and what is read off it."""
    coarse, fine = (
        _solved(strength, beta, cells) for cells in (measurement.cells // 2, measurement.cells)
    )
    near = [within(measurement.radius, *it) for it in (coarse, fine)]
    jumps, mass = fine
    x = jumps.box.places
    flow = fp.current(jumps, mass)
    squared = (x**2).sum(axis=1)
    turning = (x[:, 0] * flow[:, 1] - x[:, 1] * flow[:, 0]) / squared
    without = np.exp(-beta * theory.potential(x))
    return {
        "near": near[1],
        "grid_error": abs(near[1] - near[0]),
        "turns": turning.sum() * jumps.box.volume / (2 * np.pi),
        "entropy_production": fp.entropy_production(jumps, mass, np.eye(2), 1 / beta),
        "density_distance": np.abs(mass - without / without.sum()).sum(),
        "density": _spline(jumps.box, mass)(SHOWN, SHOWN),
    }


def _solved(strength: float, beta: float, cells: int) -> tuple[fp.Jumps, np.ndarray]:
    jumps = fp.process(box(beta, cells), lambda x: theory.drift(x, strength), np.eye(2), 1 / beta)
    return jumps, fp.stationary(jumps)


def _spline(where: fp.Box, mass: np.ndarray) -> RectBivariateSpline:
    """Return the density between the middles of cells."""
    return RectBivariateSpline(*where.axes, mass.reshape(where.cells) / where.volume)


def within(radius: float, jumps: fp.Jumps, mass: np.ndarray) -> float:
    """Return the probability of being within a radius of the origin."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    r = radius * (1 + nodes) / 2
    angle = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
    density = _spline(jumps.box, mass).ev(np.outer(r, np.cos(angle)), np.outer(r, np.sin(angle)))
    return float((density.mean(axis=1) * r * weights).sum() * np.pi * radius)


def premises(strength: float) -> dict[str, float]:
    """Return the largest ∇·j, j·∇Φ and ∇·(je^{−Φ}); derivatives by an imaginary step."""
    divergence, flow = np.zeros(len(PREMISES)), np.zeros(len(PREMISES))
    for axis in range(2):
        moved = PREMISES.astype(complex)
        moved[:, axis] += IMAGINARY * 1j
        force = theory.force(moved, strength)[:, axis]
        divergence += force.imag / IMAGINARY
        flow += (force * np.exp(-theory.potential(moved))).imag / IMAGINARY
    along = (theory.force(PREMISES, strength) * theory.potential_gradient(PREMISES)).sum(axis=1)
    return {
        "force_divergence": np.abs(divergence).max(),
        "force_along_gradient": np.abs(along).max(),
        "flow_divergence": np.abs(flow).max(),
    }


def _fixed_points(strength: float) -> dict[str, float]:
    """Return what is known of the zeros of the drift; once they have met, all are the origin."""
    place = np.nan_to_num(theory.zero(strength))
    growth = theory.eigenvalues(np.zeros(2), strength).real.max()
    return {
        "curl": abs(theory.curl_at_origin(strength)),
        "origin_growth": growth,
        "origin_growth_error": abs(growth - theory.origin_growth(strength)),
        "zero_residual": np.linalg.norm(theory.drift(place, strength)),
        "zero_distance": np.linalg.norm(place),
    }


def merging_strength() -> float:
    """Return the strength at which a zero of the drift comes to the origin.

    Force and gradient alone are used. At a given distance from the origin a zero is where ∇Φ has no
    part along x, which the force has nowhere, and λ makes the rest cancel; from two distances to
    none, the error is of fourth order.
    """
    found = []
    for distance in MERGING_DISTANCES:

        def along(angle: float, r: float = distance) -> float:
            x = r * np.array([np.cos(angle), np.sin(angle)])
            return float(theory.potential_gradient(x) @ x)

        angle = float(brentq(along, 0.0, np.pi / 2, xtol=1e-14))
        x = distance * np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-x[1], x[0]])
        found.append(float(theory.potential_gradient(x) @ across / (theory.force(x, 1.0) @ across)))
    return (4 * found[1] - found[0]) / 3


def cycles(strength: float) -> dict[str, float]:
    """Return how many limit cycles there are: on rays from the origin and from the other zero."""
    origin, other = np.zeros(2), theory.zero(strength)
    from_zero = [] if np.isnan(other).any() else [(other, other)]
    rays = [(origin, np.array([1.0, 0.0])), *from_zero]

    def counted(field: orbits.Field) -> int:
        back = [
            orbits.returns(field, centre, ray, DISTANCES, time_step=TIME_STEP, steps=STEPS)
            for centre, ray in rays
        ]
        return sum(orbits.isolated(it - DISTANCES, ROUNDING) for it in back)

    return {
        "limit_cycles_of_force": counted(lambda x: theory.force(x, strength)),
        "limit_cycles_of_drift": counted(lambda x: theory.drift(x, strength)),
    }


def actions(strength: float) -> dict[str, float]:
    """Return the largest difference of actions, ẋ = j less ẋ = a, of paths from many places."""
    of_force, of_drift = (_actions(it, strength) for it in (theory.force, theory.drift))
    return {
        name: (first - second).max()
        for name, first, second in zip(
            ("action_gap", "action_gap_small_noise"), of_force, of_drift, strict=True
        )
    }


def _actions(
    field: Callable[[np.ndarray, float], np.ndarray], strength: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return actions at β = 1 of the paths along a field, and the same without ∇·a, (path,)."""
    times = ACTION_STEP * np.arange(ACTION_STEPS + 1)
    path = orbits.follow(lambda x: field(x, strength), STARTS, ACTION_STEP, ACTION_STEPS)
    velocity, drift = field(path, strength), theory.drift(path, strength)
    full, small_noise = (
        action(velocity, drift, times, temperature=1.0, diffusion=np.eye(2), divergence=divergence)
        for divergence in (theory.drift_divergence(path, strength), 0.0)
    )
    return full, small_noise


def describe(dataset: xr.Dataset) -> str:
    """Say how likely it is to be near the origin, with the strongest force and without."""
    without, strongest = (dataset["near"].isel(strength=it).values for it in (0, -1))
    pairs = ", ".join(
        f"{first:.3g} and {last:.3g} at β = {beta:g}"
        for first, last, beta in zip(
            without, strongest, dataset["inverse_temperature"].values, strict=True
        )
    )
    return f"without the force and with the strongest one, near the origin with {pairs}"
