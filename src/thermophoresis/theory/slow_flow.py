"""The rival explanation: noise holds V at a level, and the mean force of that level moves W and b.

Of f(x) = Σ_i V_i σ(u_i), u_i = w_i·x + b_i, with fair labels y, cross entropy, p = 1/(1 + e⁻ᶠ):

1. Averaged over labels the gradient is E[(p − ½)∇f], which vanishes where f = 0, and there
   p(1 − p) = ¼. The Hessian is H = E[p(1 − p)∇f∇fᵀ] + E[(p − ½)∇²f] = ¼E∇f∇fᵀ at f = 0, and the
   covariance of one sample's gradient, E[(p − y)²∇f∇fᵀ] = ¼E∇f∇fᵀ, is the same matrix.
2. Label noise (Blanc, Gupta, Valiant & Valiant 2020; Damian, Ma & Lee 2021; Li, Wang & Arora 2022):
   about a minimum θ of a valley, deviations have the stationary covariance Σ of
   HΣ + ΣH = (η/|B|)H across the valley, Σ = (η/2|B|)I. The force averaged over them,
   −½∇Tr(HΣ) = −(η/4|B|)∇Tr H per unit of ηt, moves θ along the valley. Per unit of thermal time
   τ = η²t/|B| it is

       dθ/dτ = −¼∇Tr H,   Tr H = ¼E‖∇f‖² at f = 0.

3. Here the valley is V = 0, where only ∂f/∂V_i = h_i = σ(u_i) is not 0. Across it Σ = (η/2|B|)I
   means E V_iV_j = (η/2|B|)δ_ij, so that ‖V‖² has the level Nη/(2|B|), and Tr H = ¼Σ_i E h_i².
4. For x of N(0, I), u is of N(b, n²), n = ‖w‖, z = b/n: E h² = n²[(1 + z²)Φ(z) + zφ(z)]. As
   ∂E h²/∂b = 2E h = 2n(φ + zΦ) and, with Stein's lemma, ∂E h²/∂w = 2E[h x] = 2wE 1[u > 0] = 2wΦ,

       db/dτ = −n(φ + zΦ)/8,   dw/dτ = −wΦ/8.

5. Hence dn/dτ = −nΦ/8, and dz/dτ = (db/dτ)/n − z(dn/dτ)/n = −(φ + zΦ)/8 + zΦ/8, that is

       dz/dτ = −φ(z)/8:

   each unit moves on its own, its direction does not change, and neither M nor N, η or |B| is left.
6. ∫dz/φ = √(2π)∫exp(z²/2)dz = π erfi(z/√2), and so erfi(z/√2) = erfi(z₀/√2) − τ/(8π).

It is the limit η/|B| → 0 at fixed τ, from V at its level.
"""

from typing import Any

import numpy as np
from scipy.special import dawsn, erfi, ndtr

Array = np.ndarray[Any, np.dtype[np.float64]]

BINS = 128
SAMPLES = 512 * BINS
NODES = 16
STILL = 37.0


def normal_density(z: Array) -> Array:
    """Return φ(z)."""
    return np.asarray(np.exp(-(np.asarray(z) ** 2) / 2) / np.sqrt(2 * np.pi))


def bias_rate(norm: Array, z: Array) -> Array:
    """Return db/dτ = −n(φ + zΦ)/8 of units with ‖w‖ = n and b = nz, of any shape."""
    return np.asarray(-norm * (normal_density(z) + z * ndtr(z)) / 8)


def norm_rate(norm: Array, z: Array) -> Array:
    """Return dn/dτ = −nΦ/8 of n = ‖w‖; w itself goes with the same factor, dw/dτ = −wΦ/8."""
    return np.asarray(-norm * ndtr(z) / 8)


def ratio_rate(z: Array) -> Array:
    """Return dz/dτ = −φ(z)/8 of z = b/‖w‖."""
    return np.asarray(-normal_density(z) / 8)


def ratio(z: Array, thermal_time: Array) -> Array:
    """Return z(τ) from z(0), the solution of erfi(z/√2) = erfi(z₀/√2) − τ/(8π).

    Parameters
    ----------
    z
        z(0) of each unit, of any shape.
    thermal_time
        τ, of a shape that broadcasts with it.

    Notes
    -----
    Where |z(0)| > 37, φ is below 10⁻²⁹⁷ and z stays what it is; erfi would overflow.
    """
    z = np.asarray(z, dtype=np.float64)
    moving = np.abs(z) < STILL
    start: Array = np.asarray(erfi(np.where(moving, z, 0.0) / np.sqrt(2.0)))
    value: Array = start - np.asarray(thermal_time) / (8 * np.pi)
    return np.where(moving, np.sqrt(2.0) * inverse_erfi(value), z)


def inverse_erfi(value: Array) -> Array:
    """Return x with erfi(x) = value, by Newton's method from the right, where it is monotone.

    For x > 0, erfi is convex, at least 2x/√π and, with Dawson's D(x) ≥ 1/(2x) for x ≥ 1, at least
    exp(x²)/(x√π): the smaller of both bounds of x is a start on the right.
    """
    size = np.abs(np.asarray(value, dtype=np.float64))
    x = size * np.sqrt(np.pi) / 2
    bound = np.maximum(1.0, np.minimum(x, 40.0))
    for _ in range(4):
        bound = np.sqrt(np.maximum(1.0, np.log(np.maximum(1.0, size * bound * np.sqrt(np.pi)))))
    x = np.minimum(x, bound)
    for _ in range(60):
        # erfi(x) = (2/√π) exp(x²) D(x), so that the step is D(x) − value exp(−x²) √π/2.
        step = dawsn(x) - size * np.exp(-(x**2)) * np.sqrt(np.pi) / 2
        x = np.maximum(x - step, 0.0)
        if np.all(np.abs(step) <= 1e-15 * (1 + x)):
            break
    return np.asarray(np.copysign(x, value))


def initial_ratios(
    kind: str, inputs: int, *, weight_scale: float = 1.0, bias_scale: float = 1.0
) -> tuple[Array, Array]:
    """Return nodes and weights of a quadrature over the law of z(0) = b/‖w‖.

    Parameters
    ----------
    kind
        How parameters are drawn. With `torch_default`, weights and biases are uniform on ±1/√M;
        with all others biases are 0, and so is every z(0).
    inputs
        M.
    weight_scale, bias_scale
        Factors by which weights and biases are multiplied after drawing.

    Notes
    -----
    1/‖w‖ takes its means between quantiles of a fixed sample, b the nodes of Gauss and Legendre.
    """
    if kind != "torch_default" or bias_scale == 0:
        return np.zeros(1), np.ones(1)
    drawn = np.random.default_rng(0).random((SAMPLES, inputs), dtype=np.float32) * 2 - 1
    inverse = np.sort(np.einsum("si,si->s", drawn, drawn, dtype=np.float64) ** -0.5)
    middles = inverse.reshape(BINS, -1).mean(1)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    z = bias_scale / weight_scale * nodes * middles[:, None]
    return z.ravel(), np.tile(weights / 2 / BINS, BINS)


def activation_rate(thermal_time: Array, z: Array, weights: Array) -> Array:
    """Return A(τ) = E Φ(z(τ)) over a law of z(0).

    Parameters
    ----------
    thermal_time
        τ, of any shape.
    z, weights
        Nodes and weights of a quadrature over z(0), both (node,); see `initial_ratios`.
    """
    tau = np.asarray(thermal_time, dtype=np.float64)
    return np.asarray(ndtr(ratio(z, tau[..., None])) @ weights)


def plateau(hidden: int, learning_rate: float, batch_size: float) -> float:
    """Return Nη/(2|B|), the level of ‖V‖² at which noise and mean force balance for small η.

    With W and b frozen and small f, V ← V − η(¼KV + noise), K = E hhᵀ, with noise of covariance
    K/(4|B|). The stationary ⟨VVᵀ⟩ = Σ obeys KΣ + ΣK = (η/|B|)K, hence Σ = (η/2|B|)I whatever K.
    """
    return hidden * learning_rate / (2 * batch_size)
