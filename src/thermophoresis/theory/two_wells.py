"""Two wells of known depths and curvatures, and the odds between them where noise is constant.

Between minima at x_A < 0 < x_B and the barrier at 0 the loss is a polynomial of the distance
u ∈ [0, 1] from a minimum in units of w = √(2γh/H), with h its depth below the barrier,

    L = L_A + h(γu² + (6 − 4γ)u⁵ + (3γ − 5)u⁶),   γ = 15/(6 + K/H),

and beyond the minima it is quadratic: L, L′ and L″ are continuous, L″ is H_A and H_B at the minima,
where L‴ and L⁗ vanish, and −K = −√(H_A H_B) at the barrier. For any γ < 5/2 it rises from 0 to 1.
In two dimensions ½κ(x)y² is added, κ going from κ_A to κ_B, so that det H is H_A κ_A and H_B κ_B.

**Odds.** SGD with a noise of variance σ² in each direction has, to leading order in η, the density
∝ exp(−L/T) with

    T = σ²η/2|B|,

which is n of Jastrzębski et al.'s Theorem 1, and nσ²/2 with n = η/|B| of their slides. With
parabolas in place of the loss, their ratio for n_A = n_B is

    p_A/p_B = √(det H_B / det H_A) exp((L_B − L_A)/T),

which is 1 at T = (L_A − L_B) / ln √(det H_B / det H_A) (Eq. 4). Of ln(p_A/p_B) the derivative to T
is (L_A − L_B)/T²: more noise favours the well that is *less deep*. That is the flatter one only
where the sharper one is the deeper.

**What steps change.** One step of η has the generator 𝒜φ = −L′φ′ + Tφ″ and, beyond it,

    η 𝒜₂φ = η (½L′²φ″ − TL′φ‴ + ½T²φ⁗ + (k/6|B|) T²φ⁗),

where k is the excess kurtosis of the gradient of one sample. With ρ = exp(−L/T)(1 + ηf), to first
order, 𝒜*ρ + η𝒜₂*ρ = 0 has the solution without a current

    f = L′²/4T − L″/2 − (k/6|B|)(3L′²/2T − L″ − T⁻² ∫L′³dx),

up to a constant. In a quadratic well the first two terms are the variance T/(H(1 − ηH/2)); between
two wells they add −(η/4)(H_A − H_B) to ln(p_A/p_B) as T → 0: steps favour the flatter well. Fixing
η/|B| as η → 0 leaves the last part, ∝ η/|B|, which is of bounded noise that seldom adds up to
what crosses a barrier, and the more seldom the steeper it is.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

NODES = 240  # of Gauss and Legendre, between a minimum and the barrier


@dataclass(frozen=True)
class Wells:
    """Two wells, of A and B in this order.

    Attributes
    ----------
    levels
        L at the minima.
    curvatures
        H at the minima.
    barrier
        L between them, which is above both.
    across
        κ, in the second dimension; None where there is none.
    """

    levels: tuple[float, float]
    curvatures: tuple[float, float]
    barrier: float
    across: tuple[float, float] | None = None

    @property
    def depths(self) -> np.ndarray:
        """How far the minima are below the barrier, (2,)."""
        return self.barrier - np.array(self.levels)

    @property
    def shapes(self) -> np.ndarray:
        """How much of a parabola there is up to the barrier: γ, (2,)."""
        first, second = self.curvatures
        return np.asarray(15 / (6 + np.sqrt(first * second) / self.curvatures))

    @property
    def widths(self) -> np.ndarray:
        """How far the minima are from the barrier: w, (2,)."""
        return np.asarray(np.sqrt(2 * self.shapes * self.depths / self.curvatures))

    @property
    def determinants(self) -> np.ndarray:
        """The determinant of the Hessian at the minima, (2,)."""
        return np.array(self.curvatures) * (self.across or (1.0, 1.0))


def loss(x: np.ndarray, wells: Wells) -> np.ndarray:
    """Return L at places in one dimension, at y = 0 in two."""
    side, u, beyond = _place(x, wells)
    h, c = wells.depths[side], wells.shapes[side]
    inner = h * u**2 * (c + u**3 * (6 - 4 * c + (3 * c - 5) * u))
    outer = np.array(wells.curvatures)[side] * beyond**2 / 2
    return np.asarray(np.array(wells.levels)[side] + inner + outer)


def gradient(x: np.ndarray, wells: Wells) -> np.ndarray:
    """Return L′."""
    side, u, beyond = _place(x, wells)
    h, c = wells.depths[side], wells.shapes[side]
    inner = h * u * (1 - u) * (2 * c * (1 + u + u**2) + (30 - 18 * c) * u**3) / wells.widths[side]
    towards = np.where(side == 0, 1.0, -1.0)  # the barrier
    return np.asarray(towards * inner + np.array(wells.curvatures)[side] * beyond)


def curvature(x: np.ndarray, wells: Wells) -> np.ndarray:
    """Return L″."""
    side, u, _ = _place(x, wells)
    h, c = wells.depths[side], wells.shapes[side]
    inner = 2 * c + u**3 * (20 * (6 - 4 * c) + 30 * (3 * c - 5) * u)
    return np.asarray(h * inner / wells.widths[side] ** 2)


def across(x: np.ndarray, wells: Wells) -> np.ndarray:
    """Return κ: from κ_A at x_A to κ_B at x_B along s = u³(10 − 15u + 6u²), and 1 of no wells."""
    first, second = wells.across or (1.0, 1.0)
    u = np.clip((x + wells.widths[0]) / wells.widths.sum(), 0, 1)
    return np.asarray(first + (second - first) * u**3 * (10 - 15 * u + 6 * u**2))


def _place(x: np.ndarray, wells: Wells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return in which well places are, u, and how far they are beyond the minimum, with sign."""
    x = np.asarray(x, np.float64)
    side = (x >= 0).astype(int)
    width = wells.widths[side]
    u = 1 - np.abs(x) / width
    return side, np.maximum(u, 0.0), np.where(u < 0, x - np.where(side == 0, -1, 1) * width, 0.0)


def temperature(
    learning_rate: np.ndarray | float, batch_size: np.ndarray | float, variance: np.ndarray | float
) -> np.ndarray:
    """Return T = σ²η/2|B|: n of Theorem 1, and σ²/2 times that of the slides."""
    return np.asarray(variance * np.asarray(learning_rate) / (2 * np.asarray(batch_size)))


def printed_log_odds(wells: Wells, noise: np.ndarray) -> np.ndarray:
    """Return ln(p_A/p_B) as printed for n_A = n_B, at T."""
    width = np.log(wells.determinants[1] / wells.determinants[0]) / 2
    return np.asarray(width + (wells.levels[1] - wells.levels[0]) / np.asarray(noise))


def printed_crossover(wells: Wells) -> float:
    """Return T at which the odds are printed to be even (Eq. 4); NaN where they are at none."""
    width = np.log(wells.determinants[1] / wells.determinants[0]) / 2
    difference = wells.levels[0] - wells.levels[1]
    return float(difference / width) if difference * width > 0 else float("nan")


@cache
def _rule() -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights on [−1, 1], which take a tenth of a second."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights


def _nodes(wells: Wells) -> tuple[np.ndarray, np.ndarray]:
    """Return places between minima and barrier, and weights of an integral there, (2, node)."""
    nodes, weights = _rule()
    half = wells.widths[:, None] / 2
    sign = np.array([-1.0, 1.0])[:, None]
    return sign * half * (1 + nodes), half * weights


def _masses(
    wells: Wells, noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return places and their masses between minima and barrier, (…, 2, node), and those beyond.

    Of exp(−L/T) less the deeper of both levels; beyond the minima, (…, 2), it is half a Gaussian.
    """
    noise = np.asarray(noise, np.float64)[..., None]
    x, weights = _nodes(wells)
    level = min(wells.levels)
    outer = np.sqrt(np.pi * noise / 2 / wells.curvatures)
    outer = outer * np.exp(-(np.array(wells.levels) - level) / noise)
    inner = weights * np.exp(-(loss(x, wells) - level) / noise[..., None])
    if wells.across is not None:
        inner = inner / np.sqrt(across(x, wells))
        outer = outer / np.sqrt(wells.across)
    return x, weights, inner, outer


def log_odds(wells: Wells, noise: np.ndarray | float) -> np.ndarray:
    """Return ln(p_A/p_B) of the density ∝ exp(−L/T), by quadrature.

    Parameters
    ----------
    wells
        In one dimension or two.
    noise
        T, of any shape.
    """
    _, _, inner, outer = _masses(wells, np.asarray(noise))
    mass = inner.sum(axis=-1) + outer
    return np.asarray(np.log(mass[..., 0] / mass[..., 1]))


def variance_within(wells: Wells, noise: np.ndarray | float) -> np.ndarray:
    """Return the variance of x in each well of the density ∝ exp(−L/T), (…, 2)."""
    noise = np.asarray(noise, np.float64)
    x, _, inner, outer = _masses(wells, noise)
    minimum = np.array([-1.0, 1.0]) * wells.widths
    away = x - minimum[:, None]
    # Moments of half a Gaussian, on the far side of the minimum.
    spread = noise[..., None] / wells.curvatures
    far = np.array([-1.0, 1.0]) * np.sqrt(2 * spread / np.pi)
    mass = inner.sum(axis=-1) + outer
    mean = ((inner * away).sum(axis=-1) + outer * far) / mass
    square = ((inner * away**2).sum(axis=-1) + outer * spread) / mass
    return np.asarray(square - mean**2)


def first_order(wells: Wells, noise: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return what steps add to ln(p_A/p_B) in one dimension, to first order.

    Returns
    -------
    The first part per η, and the second one per kη/|B|, each of the shape of ``noise``.
    """
    noise = np.asarray(noise, np.float64)
    x, _, inner, outer = _masses(wells, noise)
    slope, bend = gradient(x, wells), curvature(x, wells)
    t, h = noise[..., None], np.array(wells.curvatures)
    steps = slope**2 / (4 * t[..., None]) - bend / 2
    cubed = _cubed(x, wells) / t[..., None] ** 2
    kurtosis = -(3 * slope**2 / (2 * t[..., None]) - bend - cubed) / 6
    # Beyond a minimum, at a distance r: ⟨L′²⟩ = HT, and ∫L′³ has H³⟨r⁴⟩/4 = ¾HT² more than there.
    minimum = _cubed(np.array([-1.0, 1.0]) * wells.widths, wells) / t**2
    beyond = (-h / 4, -(3 * h / 2 - h - minimum - 3 * h / 4) / 6)
    mass = inner.sum(axis=-1) + outer
    means = [
        ((inner * part).sum(axis=-1) + outer * far) / mass
        for part, far in zip((steps, kurtosis), beyond, strict=True)
    ]
    first, second = (mean[..., 0] - mean[..., 1] for mean in means)
    return first, second


def _cubed(x: np.ndarray, wells: Wells) -> np.ndarray:
    """Return ∫L′³ from the barrier to places before the minima, a polynomial of degree 16."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    along = x[..., None] * (1 + nodes) / 2
    return np.asarray((gradient(along, wells) ** 3 * weights).sum(axis=-1) * x / 2)


def relaxation_time(wells: Wells, noise: float) -> float:
    """Return ηt in which odds relax at T: 1/(k_A + k_B), k = T/(∫_well e^{−L/T} ∫_between e^{L/T}).

    The current over the barrier per mass of a well, Kramers' rate where T is small.
    """
    x, weights, inner, outer = _masses(wells, np.asarray(noise))
    level = min(wells.levels)
    mass = inner.sum(axis=-1) + outer
    across_barrier = (weights * np.exp((loss(x, wells) - level) / noise)).sum()
    return float(across_barrier / (noise * (1 / mass).sum()))
