"""Stationary densities in one dimension where the variance of the noise depends on the place.

θ' = θ − η g(θ) + η √(C(θ)/|B|) ξ has, as η → 0 at a fixed η/|B|, the drift −g and the diffusion
(η/2|B|) C per time ηt, with ξ drawn after C is evaluated. In Itô's sense

    0 = −J = gP + (η/2|B|) (CP)′    gives    P ∝ C^{−a} exp(−(2|B|/η) ∫g/C),   a = 1.      (1)

The same stochastic differential equation read in Stratonovich's sense has a = ½, which adds
(η/4|B|) C′ to the drift, and a = 0 is its anti-Itô reading, with (η/2|B|) C′: the density of a
detailed balance with the potential ∫g/C, in which C stands as if it were constant.

**Odds between two wells.** Where C is C_A in one well and C_B in the other one and changes at the
barrier alone, at which L is L_0, n = Cη/2|B| and parabolas in place of L in either well give

    p_A/p_B = √(n_B/n_A) √(H_B/H_A) exp((L_0 − L_A)/n_A − (L_0 − L_B)/n_B),        (2)

which a constant added to L does not change. Jastrzębski et al. print, from P₀exp(−L/n) with one P₀
for both wells,

    p_A/p_B = √(n_A/n_B) √(H_B/H_A) exp(L_B/n_B − L_A/n_A),                  (3)

to the logarithm of which c added to L adds c(1/n_B − 1/n_A): it is right, but for n_A/n_B, where
L_0 = 0 alone. Their Theorem 1 has n = σ²η/2|B|, their Theorem 2 n_A = σ²η/|B|.

**Exit times.** Kramers' for T ≪ ΔL, per time ηt: τ = 2π/√(H K) exp(ΔL/T), H and −K the second
derivatives of L at the minimum and the barrier.
"""

from collections.abc import Callable

import numpy as np

from thermophoresis.theory.two_wells import Wells

Field = Callable[[np.ndarray], np.ndarray]
# Of Gauss and Legendre, between two of the places.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def log_density(
    x: np.ndarray, gradient: Field, variance: Field, *, drive: float, exponent: float = 1.0
) -> np.ndarray:
    """Return ln P of Eq. 1 at places, up to a constant.

    Parameters
    ----------
    x
        Places, (place,), increasing; the integral is by quadrature between each two.
    gradient, variance
        g and C.
    drive
        η/|B|.
    exponent
        a.
    """
    half = np.diff(x)[:, None] / 2
    inside = x[:-1, None] + half * (1 + NODES)
    parts = (gradient(inside) / variance(inside) * half * WEIGHTS).sum(axis=1)
    integral = np.concatenate([[0.0], np.cumsum(parts)])
    return np.asarray(-exponent * np.log(variance(x)) - 2 / drive * integral)


def printed_log_ratio(wells: Wells, noise: tuple[float, float], constant: float = 0.0) -> float:
    """Return ln(p_A/p_B) of Eq. 3.

    Parameters
    ----------
    wells
        Whose depths and curvatures.
    noise
        n_A and n_B.
    constant
        What is added to L.
    """
    n, level = np.array(noise), np.array(wells.levels) + constant
    return float(np.log(n[0] / n[1]) / 2 + _width(wells) + level[1] / n[1] - level[0] / n[0])


def log_ratio(wells: Wells, noise: tuple[float, float]) -> float:
    """Return ln(p_A/p_B) of Eq. 2; arguments as of `printed_log_ratio`."""
    n = np.array(noise)
    depth = wells.depths / n
    return float(np.log(n[1] / n[0]) / 2 + _width(wells) + depth[0] - depth[1])


def _width(wells: Wells) -> float:
    return float(np.log(wells.determinants[1] / wells.determinants[0]) / 2)


def kramers_time(depth: float, temperature: float, curvature: float, barrier: float) -> float:
    """Return τ per time ηt.

    Parameters
    ----------
    depth
        ΔL.
    temperature
        T.
    curvature, barrier
        H and K, both > 0.
    """
    return float(2 * np.pi / np.sqrt(curvature * barrier) * np.exp(depth / temperature))
