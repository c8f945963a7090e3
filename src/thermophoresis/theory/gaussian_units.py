"""Sums over hidden units whose derivatives are known, for x ~ N(0, I).

Of the two-layer network f(x) = Σ_i V_i h_i with h = max(u, 0), u = w·x + b and s = 1[u > 0]. With
n = ‖w‖ and z = b/n, u is normal with mean b and standard deviation n, so that with φ and Φ of the
standard normal distribution

    E s = Φ(z),    E h = n (φ + z Φ),    E h² = n² ((1 + z²) Φ + z φ),

and, by Stein's identity E x·F = E ∇·F with F = s x, of which the gradient of s gives φ(z) times the
mean −z of w·x/n at the kink, E s ‖x‖² = M Φ − z φ with M inputs.

What is here are functions of V, b and n summed over units: see `unit_sums.Derivatives`.
"""

import math
from typing import NamedTuple

import numpy as np

from thermophoresis.numerics.compiled import compiled
from thermophoresis.theory.unit_sums import Derivatives

# Beyond it, φ is 0 in float64, and so is its product with any power.
FAR = 40.0


class Moments(NamedTuple):
    """Means over x of what is only there while a unit is active, (replica, unit).

    Attributes
    ----------
    active, first, second
        E s, E s u and E s u².
    inputs
        E s ‖x‖².
    """

    active: np.ndarray
    first: np.ndarray
    second: np.ndarray
    inputs: np.ndarray


def normal(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return density φ and distribution function Φ of the standard normal distribution."""
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    distribution = np.empty(z.size)
    _distribution(np.ascontiguousarray(z, dtype=float).ravel(), distribution)
    return density, distribution.reshape(z.shape)


@compiled()
def _distribution(z: np.ndarray, found: np.ndarray) -> None:
    """Set Φ(z) = erfc(−z/√2)/2."""
    for i in range(len(z)):
        found[i] = math.erfc(-z[i] * math.sqrt(0.5)) / 2


def _reduced(w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return n and z of every unit; NaN of one without weights, where there are no derivatives."""
    n = np.sqrt((w**2).sum(-1))
    n = np.where(n > 0, n, np.nan)
    return n, np.clip(b / n, -FAR, FAR)


def moments(w: np.ndarray, b: np.ndarray) -> Moments:
    """Return E s, E s u, E s u² and E s ‖x‖², as above.

    Parameters
    ----------
    w, b
        Weights (replica, unit, input) and biases (replica, unit).
    """
    n, z = _reduced(w, b)
    density, rate = normal(z)
    return Moments(
        rate,
        n * (density + z * rate),
        n**2 * ((1 + z**2) * rate + z * density),
        w.shape[-1] * rate - z * density,
    )


def activation_rate(w: np.ndarray, b: np.ndarray) -> Derivatives:
    """Return A = (1/N) Σ Φ(z), Eq. 25 for x ~ N(0, I).

    With ∂_b z = 1/n, ∂_w z = −z w/n², Φ' = φ and φ' = −zφ: ∂_b = φ/n, ∂_w = −zφ w/n²,
    ∂_bb = −zφ/n², ∂_b∂_w = (z² − 1) φ w/n³ and ∂_ww = −(zφ/n²)(I + (z² − 3) w wᵀ/n²), over N.

    Parameters
    ----------
    w, b
        Weights (replica, unit, input) and biases (replica, unit).
    """
    n, z = _reduced(w, b)
    density, rate = normal(z)
    units, none = b.shape[-1], np.zeros_like(z)
    phi = density / units
    return Derivatives(
        rate.mean(-1),
        V=none,
        b=phi / n,
        w=-z * phi / n**2,
        VV=none,
        Vb=none,
        Vw=none,
        bb=-z * phi / n**2,
        bw=(z**2 - 1) * phi / n**3,
        identity=-z * phi / n**2,
        ww=-z * phi * (z**2 - 3) / n**4,
    )


def gradient_square(w: np.ndarray, b: np.ndarray, v: np.ndarray, *, bias: bool) -> Derivatives:
    """Return ¼ E‖∇f‖² = ¼ Σ [E h² + V² E s (‖x‖² + 1)], the last 1 of the bias.

    That is the mean square of the gradient of one sample while residuals are ±½. With
    T = E h² = n² ((1 + z²) Φ + zφ): ∂_b T = 2 E h = 2n (φ + zΦ), ∂_n T = 2nΦ, so that ∂_w T = 2Φ w,
    ∂_bb T = 2Φ, ∂_b∂_w T = 2φ w/n, ∂_ww T = 2Φ I − 2zφ w wᵀ/n². With Ψ(z) = P Φ − zφ, P = M + 1
    with biases and M without: Ψ' = (P − 1 + z²) φ and Ψ'' = −z (P − 3 + z²) φ, whence
    ∂_b Ψ = Ψ'/n, ∂_w Ψ = −zΨ' w/n², ∂_bb Ψ = Ψ''/n², ∂_b∂_w Ψ = −(zΨ'' + Ψ') w/n³ and
    ∂_ww Ψ = −(zΨ'/n²) I + (z²Ψ'' + 3zΨ') w wᵀ/n⁴.

    Parameters
    ----------
    w, b, v
        Weights (replica, unit, input), biases and second weights (replica, unit).
    bias
        Whether biases are parameters.
    """
    n, z = _reduced(w, b)
    density, rate = normal(z)
    p = w.shape[-1] + float(bias)
    psi = p * rate - z * density
    slope, bend = (p - 1 + z**2) * density, -z * (p - 3 + z**2) * density
    square = n**2 * ((1 + z**2) * rate + z * density)
    v2 = v**2
    return Derivatives(
        (square + v2 * psi).sum(-1) / 4,
        V=v * psi / 2,
        b=(2 * n * (density + z * rate) + v2 * slope / n) / 4,
        w=(2 * rate - v2 * z * slope / n**2) / 4,
        VV=psi / 2,
        Vb=v * slope / n / 2,
        Vw=-v * z * slope / n**2 / 2,
        bb=(2 * rate + v2 * bend / n**2) / 4,
        bw=(2 * density / n - v2 * (z * bend + slope) / n**3) / 4,
        identity=(2 * rate - v2 * z * slope / n**2) / 4,
        ww=(-2 * z * density / n**2 + v2 * (z**2 * bend + 3 * z * slope) / n**4) / 4,
    )
