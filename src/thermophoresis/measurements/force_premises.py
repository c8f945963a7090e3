"""What a force without divergence does, and one whose flow has none.

Theorem 5 and its proof, on the conservative solver: along the flow the free energy cannot rise, and
how fast it falls is compared with −∫ρ∇μ·D∇μ for a force that obeys ∇·(je^{−βΦ}) = 0 but not
∇·j = 0 (that of Example 19), and for one that obeys ∇·j = 0 alone (a plain turn of the plane).
Lemma 7, that ∇·j = 0 closes orbits, on a turn of two planes in four dimensions.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.force_premises import ForcePremises
from thermophoresis.config.run import RunSettings
from thermophoresis.measurements.double_well import box
from thermophoresis.simulations import fokker_planck as fp
from thermophoresis.theory import double_well
from thermophoresis.theory.free_energy import dissipation, free_energy, quasiperiodic_distance

TITLE = "premises on a force"
# Of the flow: from a normal law far from stationary, until little happens.
TIME_STEP, STEPS = 0.02, 400
MEAN, VARIANCE = np.array([0.7, -0.8]), np.array([0.15, 0.4])
FREQUENCIES = np.array([1.0, np.sqrt(2.0)])
PER_TURN = 2000  # times in a turn of the slower frequency


def turn(x: np.ndarray, strength: float) -> np.ndarray:
    """Return j = λ(−x₂, x₁), which has no divergence."""
    return np.asarray(strength * np.stack([-x[..., 1], x[..., 0]], axis=-1))


PREMISES = {"stationary": double_well.force, "divergence": turn}
WORDS = {
    "energy_rise": "largest rise of the free energy in a step",
    "dissipation_residual": "rate of the free energy plus what is dissipated",
    "dissipation_order": "order in the sides of cells at which the residual vanishes",
    "return_distance": "least distance of an orbit in four dimensions from its start, later on",
}


def measure(
    measurement: ForcePremises,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Follow the free energy, and what is dissipated.

    Parameters
    ----------
    measurement
        Strength of the force, the grid, and how long orbits may take.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        (force: none, circulating) ``energy_rise``; (premise: stationary, divergence)
        ``dissipation_residual`` on the finest grid, over what is dissipated, and
        ``dissipation_order``, from the two finest; ``return_distance``, after a quarter of a turn
        of the slower frequency or later. (grid, premise) ``residuals`` beside it.
    """
    strength = measurement.strength
    rises = [energy_rise(it, measurement.cells // 2) for it in (0.0, strength)]
    grids = [measurement.cells // part for part in (4, 2, 1)]
    residuals = np.array(
        [[residual(force, strength, n) for force in PREMISES.values()] for n in grids]
    )
    least = least_return(measurement.time)
    found = {
        "energy_rise": (("force",), rises),
        "dissipation_residual": (("premise",), residuals[-1]),
        "dissipation_order": (("premise",), np.log2(np.abs(residuals[-2] / residuals[-1]))),
        "return_distance": ((), least),
    }
    dataset = xr.Dataset(
        {
            name: (dims, value, {"long_name": WORDS[name], "units": "1"})
            for name, (dims, value) in found.items()
        },
        {"force": ["none", "circulating"], "premise": list(PREMISES), "grid": grids},
    )
    told = {"long_name": WORDS["dissipation_residual"], "units": "1"}
    dataset["residuals"] = (("grid", "premise"), residuals, told)
    return dataset


def energy_rise(strength: float, cells: int) -> float:
    """Return the largest rise of F in a step of the flow in the double well, at β = 1."""
    jumps = _jumps(double_well.force, strength, cells)
    start = _density(jumps.box.places)
    states = fp.evolve(jumps, start / start.sum(), TIME_STEP, STEPS)
    return float(np.diff(free_energy(states, fp.stationary(jumps), 1.0)).max())


def residual(force: Callable[[np.ndarray, float], np.ndarray], strength: float, n: int) -> float:
    """Return (dF/dt + ∫ρ∇μ·D∇μ)/∫ρ∇μ·D∇μ of a normal ρ, with dρ/dt of the solver, at β = 1."""
    jumps = _jumps(force, strength, n)
    x = jumps.box.places
    density = _density(x)
    lost = dissipation(
        density, double_well.potential_gradient(x) - (x - MEAN) / VARIANCE, np.eye(2)
    ).sum()
    potential = double_well.potential(x) - ((x - MEAN) ** 2 / VARIANCE).sum(axis=1) / 2
    return float((potential @ (jumps.matrix @ density) + lost) / lost)


def _jumps(
    force: Callable[[np.ndarray, float], np.ndarray], strength: float, cells: int
) -> fp.Jumps:
    def drift(x: np.ndarray) -> np.ndarray:
        return np.asarray(force(x, strength) - double_well.potential_gradient(x))

    return fp.process(box(1.0, cells), drift, np.eye(2), 1.0)


def _density(x: np.ndarray) -> np.ndarray:
    """Return a normal density at places."""
    squared = ((x - MEAN) ** 2 / VARIANCE).sum(axis=-1)
    return np.asarray(np.exp(-squared / 2) / (2 * np.pi * np.sqrt(VARIANCE.prod())))


def least_return(time: float) -> float:
    """Return the least distance of an orbit in four dimensions from its start until some time."""
    turn = 2 * np.pi
    times = np.arange(turn / 4, time, turn / PER_TURN)
    return float(quasiperiodic_distance(times, FREQUENCIES).min())


def describe(dataset: xr.Dataset) -> str:
    """Say at which order residuals vanish."""
    orders = zip(dataset["premise"].values, dataset["dissipation_order"].values, strict=True)
    return "order of the residual: " + ", ".join(f"{name} {order:.2f}" for name, order in orders)
