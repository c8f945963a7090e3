"""What potential noise leaves: the stationary density of a loss whose noise has a shape.

Small systems whose f or Φ, D(x) and Q(x) are given; all densities are those of the conservative
solver (`simulations.fokker_planck`), whatever formula they are compared with.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import xarray as xr
from scipy.interpolate import CubicSpline

from thermophoresis.config.measurements.noise_potential import NoisePotential
from thermophoresis.config.run import RunSettings
from thermophoresis.measurements.critical_points import shift_exponents
from thermophoresis.simulations import fokker_planck as fp
from thermophoresis.theory import double_well
from thermophoresis.theory.stationary_force import Convention, loss_gradient

TITLE = "potential of noise"
# Noise that grows with the loss, D = 1 + A e^{βf}, in a box without a current at its walls.
GROWTH = 0.1
SQUARE = 2.0
# D of the plane whose quartic loss couples both directions.
UNEQUAL = np.diag([1.0, 0.25])
COUPLING = 0.5
PLANE = (3.2, 2.2)  # halves of the sides of its box: βΦ > 18 at the walls
LINE = 8.0
POINTS = np.linspace(-1, 1, 21)  # along each dimension, where Φ is compared
READINGS: dict[str, tuple[Convention, bool]] = {
    "rows": ("rows", True),
    "columns": ("columns", True),
    "rows without D": ("rows", False),
    "columns without D": ("columns", False),
}
EXCHANGE = np.array([[0.0, 1.0], [-1.0, 0.0]])


def measure(
    measurement: NoisePotential,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Compare Φ with what is printed of it.

    Parameters
    ----------
    measurement
        Temperatures, the grid, and how many systems are drawn.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        ``isotropic_distance``, L1 to e^{−f} with a D that is a function of f; (system)
        ``temperature_change``, the largest difference of Φ at the two temperatures; (reading)
        ``reading_distance``, L1 to e^{−Φ} by each reading of Eq. 19; (dimension)
        ``shift_exponent``, with its standard error; ``current_over_error`` and
        ``potential_change_over_error``, ∫|J| and the largest |Φ − f| of a quartic loss with
        constant D, over how much they change from half as many cells.
    """
    cells = measurement.cells
    coarse, fine = (of_plane(1.0, it) for it in (cells // 2, cells))
    exponents, errors = shift_exponents(measurement.systems, measurement.seed)
    changes = {
        "line": temperature_change(_line_potential, measurement),
        "plane": temperature_change(_plane_potential, measurement),
    }
    told = {"units": "1"}
    dataset = xr.Dataset(
        {
            "isotropic_distance": ((), isotropic_distance(cells), told),
            "temperature_change": (("system",), list(changes.values()), told),
            "reading_distance": (
                ("reading",),
                [reading_distance(name, cells) for name in READINGS],
                told,
            ),
            "shift_exponent": (("dimension",), exponents, told),
            "shift_exponent_standard_error": (
                ("dimension",),
                errors,
                told | {"replicas": measurement.systems},
            ),
            "current_over_error": ((), fine[0] / abs(fine[0] - coarse[0]), told),
            "potential_change_over_error": ((), fine[1] / abs(fine[1] - coarse[1]), told),
        },
        {"system": list(changes), "reading": list(READINGS), "dimension": [1, 2]},
    )
    for name, words in WORDS.items():
        dataset[name].attrs["long_name"] = words
    return dataset


WORDS = {
    "isotropic_distance": "L1 distance to exp(-f) with noise that is a function of the loss f",
    "temperature_change": "largest difference of the potential at two temperatures",
    "reading_distance": "L1 distance to exp(-potential) by a reading of Eq. 19",
    "shift_exponent": "exponent of the distance of critical points in the temperature",
    "shift_exponent_standard_error": "its standard error, with that of the next order",
    "current_over_error": "integral of the current over its error by the grid",
    "potential_change_over_error": "largest difference of potential and loss over its error",
}


def isotropic_distance(cells: int) -> float:
    """Return the L1 distance to e^{−f} with D = 1 + A e^f times the identity, at β = 1.

    j = −∇f + D∇f − ∇·D = (−1 + c − c′)∇f with c(f) = 1 + A e^f is 0, so that Φ = f.
    """
    box = fp.Box((-SQUARE, -SQUARE), (SQUARE, SQUARE), (cells, cells))
    # The first example that comes to mind: the double well, as the loss.
    loss, gradient = double_well.potential, double_well.potential_gradient

    def diffusion(x: np.ndarray) -> np.ndarray:
        return np.asarray((1 + GROWTH * np.exp(loss(x)))[..., None, None] * np.eye(2))

    mass = fp.stationary(fp.process(box, lambda x: -gradient(x), diffusion, 1.0))
    expected = np.exp(-loss(box.places))
    return float(np.abs(mass - expected / expected.sum()).sum())


def temperature_change(
    potential: Callable[[float, int], np.ndarray], measurement: NoisePotential
) -> float:
    """Return the largest difference of Φ at the two temperatures, both 0 at the origin."""
    first, second = (
        potential(beta, measurement.cells) for beta in measurement.inverse_temperatures
    )
    return float(np.abs(first - second).max())


def _line_potential(beta: float, cells: int) -> np.ndarray:
    """Return Φ of f = x²/2, D = 1 + x²/2; (1 + β⁻¹) ln(1 + x²/2) in closed form."""
    box = fp.Box((-LINE,), (LINE,), (8 * cells,))
    jumps = fp.process(box, lambda x: -x, lambda x: (1 + x**2 / 2)[..., None], 1 / beta)
    return _compared(box, fp.stationary(jumps), beta)


def _plane_potential(beta: float, cells: int) -> np.ndarray:
    """Return Φ of the quartic loss with constant D."""
    jumps, mass = _plane(beta, cells)
    return _compared(jumps.box, mass, beta)


def _compared(box: fp.Box, mass: np.ndarray, beta: float) -> np.ndarray:
    """Return Φ at `POINTS` along each dimension, less that at the origin."""
    potential = -np.log(mass.reshape(box.cells)) / beta
    for axis, middles in enumerate(box.axes):
        potential = CubicSpline(middles, potential, axis=axis)(POINTS)
    return np.asarray(potential - potential[(len(POINTS) // 2,) * potential.ndim])


def plane_loss(x: np.ndarray) -> np.ndarray:
    """Return f = (x₁⁴ + x₂⁴)/4 + (x₁² + x₂²)/2 + x₁x₂/2."""
    return np.asarray((x**4 / 4 + x**2 / 2).sum(axis=-1) + COUPLING * x.prod(axis=-1))


def _plane(beta: float, cells: int) -> tuple[fp.Jumps, np.ndarray]:
    box = fp.Box(tuple(-it for it in PLANE), PLANE, (cells, cells))
    jumps = fp.process(box, lambda x: -(x**3 + x + COUPLING * x[..., ::-1]), UNEQUAL, 1 / beta)
    return jumps, fp.stationary(jumps)


def of_plane(beta: float, cells: int) -> tuple[float, float]:
    """Return ∫|J| and the largest |Φ − f| at `POINTS`, of the quartic loss with constant D."""
    jumps, mass = _plane(beta, cells)
    size = np.linalg.norm(fp.current(jumps, mass), axis=1).sum() * jumps.box.volume
    loss = plane_loss(np.stack(np.meshgrid(POINTS, POINTS, indexing="ij"), axis=-1))
    difference = _compared(jumps.box, mass, beta) - loss
    return float(size), float(np.abs(difference).max())


def reading_distance(name: str, cells: int) -> float:
    """Return the L1 distance to e^{−Φ} of what ∇f of a reading of Eq. 19 leaves, at β = 1.

    Φ = (x₁² + x₂²)/2, D = ((1 + ½cos x₁, ¼sin x₂), (¼sin x₂, 1 + ½cos x₂)), and Q₁₂ = −Q₂₁ =
    sin x₁ + x₂/2.
    """
    convention, with_noise = READINGS[name]
    box = fp.Box((-6.0, -6.0), (6.0, 6.0), (cells, cells))

    def drift(x: np.ndarray) -> np.ndarray:
        circulation = (np.sin(x[..., 0]) + x[..., 1] / 2)[..., None, None] * EXCHANGE
        return -loss_gradient(
            x,
            _noise(x),
            circulation,
            _derivatives(x),
            1.0,
            convention=convention,
            with_noise=with_noise,
        )

    mass = fp.stationary(fp.process(box, drift, _noise, 1.0))
    expected = np.exp(-(box.places**2).sum(axis=1) / 2)
    return float(np.abs(mass - expected / expected.sum()).sum())


def _noise(x: np.ndarray) -> np.ndarray:
    found = np.zeros((*x.shape, 2))
    found[..., 0, 0], found[..., 1, 1] = np.moveaxis(1 + np.cos(x) / 2, -1, 0)
    found[..., 0, 1] = found[..., 1, 0] = np.sin(x[..., 1]) / 4
    return found


def _derivatives(x: np.ndarray) -> np.ndarray:
    """Return ∂_k D_ij and ∂_k Q_ij at [0 or 1, …, i, j, k]."""
    found = np.zeros((2, *x.shape, 2, 2))
    found[0, ..., 0, 0, 0] = -np.sin(x[..., 0]) / 2
    found[0, ..., 1, 1, 1] = -np.sin(x[..., 1]) / 2
    found[0, ..., 0, 1, 1] = found[0, ..., 1, 0, 1] = np.cos(x[..., 1]) / 4
    slopes = np.stack([np.cos(x[..., 0]), np.full(x.shape[:-1], 0.5)], axis=-1)
    found[1] = EXCHANGE[:, :, None] * slopes[..., None, None, :]
    return found


def describe(dataset: xr.Dataset) -> str:
    """Say which reading of Eq. 19 holds."""
    pairs = zip(dataset["reading"].values, dataset["reading_distance"].values, strict=True)
    return "L1 to exp(−Φ): " + ", ".join(f"{name} {value:.2g}" for name, value in pairs)
