"""Odds between wells that are no parabolas, where noise is constant.

With x − x_A = √(T/H) z, a well with the derivatives H, L‴ and L⁗ at its minimum has the mass

    ∫exp(−L/T) dx = √(2πT/H) exp(−L_A/T) ⟨exp(−√T L‴z³/6H^{3/2} − T L⁗z⁴/24H² − …)⟩

over normal z. With ⟨z⁴⟩ = 3 and ⟨z⁶⟩ = 15 the mean is 1 + cT + O(T²), so that

    ln(p_A/p_B) = printed + (c_A − c_B)T + O(T²),   c = 5L‴²/24H³ − L⁗/8H²,                (1)

where printed is that of `theory.two_wells`, and the barrier cuts off terms of order exp(−ΔL/T).
Where L‴ is there on one side of the minimum alone, its odd power does not cancel: with the sense of
x away from the minimum,

    ⟨…⟩ = 1 − √T L‴/(3√(2π) H^{3/2}) + O(T).                                               (2)

**Tilted wells.** L′ = k(x² − 1)(x + b)(1 + cx²), 0 < b < 1 and c ≥ 0: minima at −1 (A, the flatter
and less deep one) and at 1, and the barrier at −b. With c = 0 it is a quartic.

**Quartics up to the barrier.** Minima, curvatures and barrier are those of `two_wells.Wells`, also
its K, and beyond the minima there are parabolas, but from a minimum to the barrier it is

    L = L_A + h(αu² + (4 − 2α)u³ + (α − 3)u⁴),   α = 6/(1 + K/H),   w = √(2αh/H).          (3)

L‴ = 6(4 − 2α)h/w³ is on this side alone: Eq. 2.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial import Polynomial

from thermophoresis.theory.two_wells import Wells

NODES, WEIGHTS = np.polynomial.legendre.leggauss(160)
LEVEL = 40.0  # L/T at the far ends of integrals
MINIMA = np.array([-1.0, 1.0])


@dataclass(frozen=True)
class Tilted:
    """Two wells with L′ = k(x² − 1)(x + b)(1 + cx²).

    Attributes
    ----------
    tilt, stiffness
        b and c.
    barrier
        How far it is above the less deep minimum, which is what k is told by.
    """

    tilt: float
    stiffness: float
    barrier: float = 1.0

    @cached_property
    def loss(self) -> Polynomial:
        """L, 0 at the barrier."""
        b = self.tilt
        rise = (Polynomial([-b, -1, b, 1]) * Polynomial([1, 0, self.stiffness])).integ()
        return self.barrier / (rise(-b) - rise(-1.0)) * (rise - rise(-b))

    def derivatives(self, order: int) -> np.ndarray:
        """Return derivatives of L at both minima, (2,)."""
        return np.asarray(self.loss.deriv(order)(MINIMA) if order else self.loss(MINIMA))


def printed_log_odds(wells: Tilted, noise: np.ndarray | float) -> np.ndarray:
    """Return ln(p_A/p_B) as printed for n_A = n_B, at T."""
    (level, other), (first, second) = wells.derivatives(0), wells.derivatives(2)
    return np.asarray(np.log(second / first) / 2 + (other - level) / np.asarray(noise))


def log_odds(wells: Tilted, noise: np.ndarray | float) -> np.ndarray:
    """Return ln(p_A/p_B) of the density ∝ exp(−L/T), by quadrature.

    Parameters
    ----------
    wells
        Tilted ones.
    noise
        T, of any shape.
    """
    noise = np.asarray(noise, np.float64)[..., None]
    # Beyond its minimum a well is steeper than a parabola.
    beyond = np.sqrt(2 * LEVEL * noise / wells.derivatives(2))
    logs = []
    for side, (minimum, level) in enumerate(zip(MINIMA, wells.derivatives(0), strict=True)):
        mass = np.zeros(noise.shape[:-1])
        for end in (np.array(-wells.tilt), minimum * (1 + beyond[..., side : side + 1])):
            half = (end - minimum) / 2
            density = np.exp((level - wells.loss(minimum + half * (1 + NODES))) / noise)
            mass += (np.abs(half) * WEIGHTS * density).sum(axis=-1)
        logs.append(np.log(mass) - level / noise[..., 0])
    return np.asarray(logs[0] - logs[1])


def correction(wells: Tilted) -> float:
    """Return c_A − c_B of Eq. 1."""
    h, third, fourth = (wells.derivatives(order) for order in (2, 3, 4))
    first, second = 5 * third**2 / (24 * h**3) - fourth / (8 * h**2)
    return float(first - second)


def quartic_log_odds(wells: Wells, noise: np.ndarray | float) -> np.ndarray:
    """Return ln(p_A/p_B) of the density ∝ exp(−L/T) where L is Eq. 3, by quadrature.

    Parameters
    ----------
    wells
        In one dimension, with the minima, curvatures and barrier of two quartics.
    noise
        T, of any shape.
    """
    noise = np.asarray(noise, np.float64)[..., None]
    h, level = np.array(wells.curvatures), np.array(wells.levels)
    alpha = 6 / (1 + np.sqrt(h.prod()) / h)
    widths = np.sqrt(2 * alpha * wells.depths / h)
    u, a = (1 + NODES) / 2, alpha[:, None]
    rise = wells.depths[:, None] * u**2 * (a + u * (4 - 2 * a + (a - 3) * u))
    inner = (WEIGHTS / 2 * np.exp(-rise / noise[..., None])).sum(axis=-1) * widths
    logs = np.log(inner + np.sqrt(np.pi * noise / 2 / h)) - level / noise
    return np.asarray(logs[..., 0] - logs[..., 1])
