"""Whether the stationary state of SGD in two dimensions is an equilibrium.

    ∂P/∂t = −∇·J,   J = −∇L P − ½(η/|B|) C ∇P,   C constant,

per time ηt. J = 0 wherever C⁻¹∇L is a gradient: everywhere where C is a multiple of the identity.
In a parabola L = ½x·Hx it is J = (−H + ½(η/|B|)CΣ⁻¹)xP with HΣ + ΣH = (η/|B|)C, 0 if and only if
HC = CH. Beside it, two wells of unlike width,

    L = V(x) + ½k(x)y²,   V′ = x³ + bx² − x − b,   k = k₀(1 + cx),

with minima at (±1, 0), the Hessians of which, diag(2(1 ± b), k₀(1 ± c)), commute with every
diagonal C.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.current_of_wells import CurrentOfWells
from thermophoresis.config.run import RunSettings
from thermophoresis.simulations import fokker_planck as fp
from thermophoresis.theory.stationary_covariance import continuous, discrete

TITLE = "currents between wells"
HESSIAN = np.diag([1.0, 3.0])
DEVIATIONS = 6.5  # from the minimum of a parabola to the walls
TILT = 0.15  # b
STIFFNESS, GROWTH = 2.0, 0.4  # k₀ and c
HALF = np.array([1.9, 2.2])  # of the sides of the box around the wells
RATE = 0.1  # η of discrete SGD
EVERY = 2  # of the cells that are kept for figures
# In units of T, with the trace 2.
NOISES = ("isotropic", "diagonal", "turned")


def measure(
    measurement: CurrentOfWells,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Calculate currents in a parabola and between two wells.

    Parameters
    ----------
    measurement
        Temperature, shape of the noise, and the grid.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        By ``noise`` (isotropic; diagonal, as the Hessians are; turned). Of a parabola, in closed
        form, ``quadratic_current``, the largest |J| over the largest |D∇P|, and ``lag_asymmetry``,
        by how much the covariance of successive places of discrete SGD differs from its transpose;
        ``quadratic_error_order`` of the solver. Between two wells ``current``, and the change of
        ln(p_A/p_B) from isotropic noise of the same trace, ``odds_change``; both over what half as
        many cells change, ``current_over_error`` and ``odds_change_over_error``. For figures,
        ``density``, ``flow_x`` and ``flow_y`` of turned noise (x, y).
    """
    shapes = noises(measurement.correlation)
    coarse, fine = (
        [between_wells(measurement, shape, it) for shape in shapes]
        for it in (measurement.cells // 2, measurement.cells)
    )
    current, odds = np.array([it[:2] for it in fine]).T
    rough_current, rough_odds = np.array([it[:2] for it in coarse]).T
    change = odds - odds[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        current_error = current / np.abs(current - rough_current)
        odds_error = np.abs(change) / np.abs(change - (rough_odds - rough_odds[0]))
    jumps, mass = fine[-1][2:]
    box, flow = jumps.box, fp.current(jumps, mass)
    by = ("noise",)
    found = {
        "quadratic_current": (by, np.array([closed_current(it) for it in shapes])),
        "quadratic_error_order": ((), np.array(error_order(measurement, shapes[-1]))),
        "lag_asymmetry": (by, np.array([lag_asymmetry(it) for it in shapes])),
        "current": (by, current),
        "odds_change": (by, change),
        "current_over_error": (by, current_error),
        "odds_change_over_error": (by, odds_error),
    }
    for name, values in (
        ("density", mass / box.volume),
        ("flow_x", flow[:, 0]),
        ("flow_y", flow[:, 1]),
    ):
        found[name] = (("x", "y"), values.reshape(box.cells)[::EVERY, ::EVERY])
    told = {"units": "1"}
    return xr.Dataset(
        {name: (dims, it, told | {"long_name": WORDS[name]}) for name, (dims, it) in found.items()},
        {"noise": list(NOISES), "x": box.axes[0][::EVERY], "y": box.axes[1][::EVERY]},
    )


WORDS = {
    "quadratic_current": "largest current in a parabola over the largest of diffusion alone",
    "quadratic_error_order": "order in the sides of cells of the solver's current there",
    "lag_asymmetry": "antisymmetric part of the covariance of successive places over what decays",
    "current": "largest current between two wells over the largest of diffusion alone",
    "odds_change": "change of the logarithm of the odds from isotropic noise of the same trace",
    "current_over_error": "current over its error by the grid",
    "odds_change_over_error": "change of the odds over its error by the grid",
    "density": "stationary density with turned noise",
    "flow_x": "current along x",
    "flow_y": "current along y",
}


def noises(correlation: float) -> list[np.ndarray]:
    """Return the shapes of the noise, 2C/Tr C: isotropic, diagonal, and turned.

    The last two have the same eigenvalues, 1 ± the correlation.
    """
    across = np.array([[0.0, 1.0], [1.0, 0.0]])
    return [
        np.eye(2),
        np.diag([1 + correlation, 1 - correlation]),
        np.eye(2) + correlation * across,
    ]


def closed_current(shape: np.ndarray) -> float:
    """Return max |J|/max |D∇P| in the parabola; both are largest along some direction at |x| ~ 1.

    With x = Σ^{1/2}z, |Kx|P is greatest at |z| = 1 along the first singular vector of KΣ^{1/2}.
    """
    covariance = continuous(HESSIAN, 2 * shape)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(values) @ vectors.T
    diffusive = shape @ np.linalg.inv(covariance)
    sizes = [np.linalg.norm(it @ root, 2) for it in (diffusive - HESSIAN, diffusive)]
    return float(sizes[0] / sizes[1])


def lag_asymmetry(shape: np.ndarray) -> float:
    """Return |AΣ − ΣAᵀ|/2η|HΣ| of x ← Ax + noise, A = 1 − ηH (Frobenius): 0 if reversible."""
    covariance = discrete(HESSIAN, 2 * shape, learning_rate=RATE)
    moved = HESSIAN @ covariance
    return float(np.linalg.norm(moved - moved.T) / 2 / np.linalg.norm(moved))


def error_order(measurement: CurrentOfWells, shape: np.ndarray) -> float:
    """Return the order in the sides of cells at which ∫|J − closed| vanishes in the parabola."""
    covariance = continuous(HESSIAN, 2 * measurement.temperature * shape)
    half = DEVIATIONS * np.sqrt(np.diag(covariance))
    inverse = np.linalg.inv(covariance)
    turning = measurement.temperature * shape @ inverse - HESSIAN
    errors = []
    for cells in (measurement.cells // 2, measurement.cells):
        box = fp.Box(tuple(-half), tuple(half), (cells, cells))
        jumps = fp.process(box, lambda x: -x @ HESSIAN, shape, measurement.temperature)
        x = box.places
        density = np.exp(-np.einsum("na,ab,nb->n", x, inverse, x) / 2)
        density /= density.sum() * box.volume
        expected = (x @ turning.T) * density[:, None]
        found = fp.current(jumps, fp.stationary(jumps))
        errors.append(np.abs(found - expected).sum() * box.volume)
    return float(np.log2(errors[0] / errors[1]))


def drift(places: np.ndarray) -> np.ndarray:
    """Return −∇L between the wells."""
    x, y = np.moveaxis(places, -1, 0)
    along = x**3 + TILT * x**2 - x - TILT + STIFFNESS * GROWTH * y**2 / 2
    return -np.stack([along, STIFFNESS * (1 + GROWTH * x) * y], axis=-1)


def between_wells(
    measurement: CurrentOfWells, shape: np.ndarray, cells: int
) -> tuple[float, float, fp.Jumps, np.ndarray]:
    """Return max |J|/max |D∇P|, ln(p_A/p_B), and what both are of.

    The wells are apart where V is largest, at x = −b.
    """
    box = fp.Box(tuple(-HALF), tuple(HALF), (cells, cells))
    jumps = fp.process(box, drift, shape, measurement.temperature)
    mass = fp.stationary(jumps)
    density = mass / box.volume
    flow = fp.current(jumps, mass)
    diffusive = drift(box.places) * density[:, None] - flow
    largest = [np.linalg.norm(it, axis=1).max() for it in (flow, diffusive)]
    # Of the cells that the border cuts, the part that is left of it.
    side = box.sides[0]
    left = np.clip((-TILT - box.places[:, 0]) / side + 0.5, 0, 1)
    share = float(mass @ left)
    return largest[0] / largest[1], float(np.log(share / (1 - share))), jumps, mass


def describe(dataset: xr.Dataset) -> str:
    """Say how large currents are."""
    pairs = zip(dataset["noise"].values, dataset["current"].values, strict=True)
    return "current over diffusion: " + ", ".join(f"{name} {value:.3g}" for name, value in pairs)
