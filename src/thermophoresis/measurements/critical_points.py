"""How far the critical points of Φ are from those of f, in losses that are drawn at random.

In one dimension with D(x), Φ′ = (f′ + β⁻¹D′)/D: the distance is where f′ = −β⁻¹D′, by Newton's
method. In two dimensions with a constant D whose axes are not those of the Hessian, Φ is that of
the solver, on two grids from which the error of second order is extrapolated.
"""

import numpy as np
import torch
from scipy.interpolate import RectBivariateSpline

from thermophoresis.draws.streams import key
from thermophoresis.draws.variates import uniform
from thermophoresis.simulations import fokker_planck as fp

PURPOSE = "noise_potential"
# β⁻¹ of the fit: of a line, and of a plane.
LINE_TEMPERATURES = np.geomspace(1e-3, 1e-2, 7)
PLANE_TEMPERATURES = np.geomspace(1e-3, 1e-2, 3)
GRIDS = (24, 48)
DEVIATIONS = 6.5  # from the minimum to the walls, in those of the quadratic part
NEWTON = 30
WEAK = 0.25  # the lesser eigenvalue of D; the greater one is 1


def shift_exponents(systems: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return exponents of the distance in the temperature, as that goes to 0, and their errors.

    Both are (dimension,), of means over systems. What systems that are drawn differ in is one part
    of the error; how much the next order in the temperature changes the mean is the other one.

    Parameters
    ----------
    systems
        How many are drawn.
    seed
        Of what is drawn.
    """
    drawn = uniform(key(seed, PURPOSE), range(1), 0, systems, 9, dtype=torch.float64)[0].numpy()
    line = np.array([line_shifts(2 * it[:4] - 1) for it in drawn])
    plane = np.array([plane_shifts(it[4:]) for it in drawn])
    found, errors = [], []
    for temperatures, shifts in ((LINE_TEMPERATURES, line), (PLANE_TEMPERATURES, plane)):
        exponents, without = (_exponents(temperatures, shifts, order) for order in (1, 0))
        spread = exponents.std(ddof=1) / np.sqrt(systems)
        found.append(exponents.mean())
        errors.append(np.hypot(spread, exponents.mean() - without.mean()))
    return np.array(found), np.array(errors)


def _exponents(temperatures: np.ndarray, shifts: np.ndarray, order: int) -> np.ndarray:
    """Return γ of shifts ∝ T^γ e^{cT} by least squares of logarithms, (system,).

    The last factor is what the next order in T adds; with the order 0 it is left out.
    """
    powers = [temperatures**power for power in range(order + 1)]
    columns = np.stack([np.log(temperatures), *powers], axis=1)
    return np.asarray(np.linalg.lstsq(columns, np.log(shifts).T)[0][0])


def line_shifts(drawn: np.ndarray) -> np.ndarray:
    """Return |x*| with f′(x*) = −β⁻¹D′(x*) at each temperature.

    f = x²/2 + a x³/3 + x⁴/8 and D = 1 + b x + c x², with |a| ≤ ½, ¼ ≤ |b| ≤ ½ and |c| ≤ ¼.

    Parameters
    ----------
    drawn
        Four numbers from −1 to 1: a, the size and the sign of b, and c.
    """
    a, c = drawn[0] / 2, drawn[3] / 4
    b = np.copysign(0.25 + abs(drawn[1]) / 4, drawn[2])
    x = np.zeros(len(LINE_TEMPERATURES))
    for _ in range(NEWTON):
        value = x + a * x**2 + x**3 / 2 + LINE_TEMPERATURES * (b + 2 * c * x)
        x = x - value / (1 + 2 * a * x + 1.5 * x**2 + 2 * c * LINE_TEMPERATURES)
    return np.abs(x)


def plane_shifts(drawn: np.ndarray) -> np.ndarray:
    """Return the distances of the minimum of Φ from that of f, at the origin, by temperature.

    f = ½xᵀHx + cubic terms + |x|⁴/8 with H of the eigenvalues 1 and 2, D of 1 and ¼, and any angle
    between their axes.

    Parameters
    ----------
    drawn
        Five numbers from 0 to 1: of the angle between axes, and of four cubic terms.
    """
    hessian = np.diag([1.0, 2.0])
    angle = np.pi * (0.1 + 0.8 * drawn[0]) / 2
    axis = np.array([np.cos(angle), np.sin(angle)])
    diffusion = WEAK * np.eye(2) + (1 - WEAK) * np.outer(axis, axis)
    cubic = drawn[1:5] - 0.5

    def drift(x: np.ndarray) -> np.ndarray:
        u, v = x[..., 0], x[..., 1]
        bent = np.stack(
            [
                3 * cubic[0] * u**2 + 2 * cubic[1] * u * v + cubic[2] * v**2,
                cubic[1] * u**2 + 2 * cubic[2] * u * v + 3 * cubic[3] * v**2,
            ],
            axis=-1,
        )
        return np.asarray(-(x @ hessian + bent + (x**2).sum(axis=-1, keepdims=True) * x / 2))

    found = []
    for temperature in PLANE_TEMPERATURES:
        half = DEVIATIONS * np.sqrt(temperature / np.diag(hessian))
        places = [
            _minimum(fp.Box(tuple(-half), tuple(half), (n, n)), drift, diffusion, temperature)
            for n in GRIDS
        ]
        ratio = (GRIDS[1] / GRIDS[0]) ** 2
        found.append(np.linalg.norm((ratio * places[1] - places[0]) / (ratio - 1)))
    return np.array(found)


def _minimum(box: fp.Box, drift: fp.Drift, diffusion: np.ndarray, temperature: float) -> np.ndarray:
    """Return where Φ of a stationary state is least, between the middles of cells."""
    mass = fp.stationary(fp.process(box, drift, diffusion, temperature))
    some = [slice(n // 4, -(n // 4)) for n in box.cells]
    axes = [axis[part] for axis, part in zip(box.axes, some, strict=True)]
    logarithm = np.log(mass.reshape(box.cells)[some[0], some[1]])
    spline = RectBivariateSpline(*axes, -logarithm, kx=5, ky=5)
    x = np.zeros(2)
    for _ in range(NEWTON):
        slope = np.array([spline.ev(*x, dx=1), spline.ev(*x, dy=1)])
        cross = spline.ev(*x, dx=1, dy=1)
        curvature = np.array([[spline.ev(*x, dx=2), cross], [cross, spline.ev(*x, dy=2)]])
        x = x - np.linalg.solve(curvature, slope)
    return x
