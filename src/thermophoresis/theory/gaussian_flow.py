"""Gaussian densities under the Fokker–Planck equation, and under steps of a gradient flow.

Chaudhari & Soatto, Corollary 8: with D = I the density of dx = −∇f dt + √(2β⁻¹)dW follows the
gradient flow of F(ρ) = E f − β⁻¹H(ρ) in the Wasserstein metric, the limit h → 0 of the steps of
Jordan, Kinderlehrer & Otto

    ρ_{n+1} = argmin_ρ W₂²(ρ, ρ_n)/2h + F(ρ).                                   (JKO)

**Distance.** Between Gaussians W₂² = |m₁ − m₂|² + Tr(A + B − 2(A^{1/2}BA^{1/2})^{1/2}) (Bures).

**Step.** With f = ½xᵀUx the minimum is a Gaussian. The optimal map back to ρ_n is y + h∇δF/δρ(y) =
(I + hU)y − hβ⁻¹S⁻¹(y − m), so that m ← (I + hU)⁻¹m, and with M = I + hU, c = hβ⁻¹

    (M − cS⁻¹)S(M − cS⁻¹) = Σ.

K = M^{1/2}SM^{1/2} and R = M^{−1/2}ΣM^{−1/2} have K − 2c + c²K⁻¹ = R. They commute, and
as the map is monotone, K is the larger root,

    K = c + R/2 + (cR + R²/4)^{1/2},   S = M^{−1/2}KM^{−1/2}.

**D ≠ I.** With distances ½(x − y)ᵀD⁻¹(x − y) instead, that is, in the coordinates D^{−1/2}x, and Φ
for f, these steps lead to ∂ρ/∂t = ∇·(ρD∇Φ + β⁻¹D∇ρ): the Fokker–Planck equation without its
current, which is SGD's where j = 0 alone. With the plain distance they lead to that of D = I.

Covariances have the shape (d, d), means (d), float64.
"""

from typing import Any, NamedTuple

import numpy as np

from thermophoresis.theory.stationary_covariance import continuous, symmetrised

Array = np.ndarray[Any, np.dtype[np.float64]]


class Gaussian(NamedTuple):
    """A Gaussian density: its mean (d) and covariance (d, d)."""

    mean: Array
    covariance: Array


def power(matrix: Array, exponent: float) -> Array:
    """Return a power of a symmetric matrix that is not negative."""
    values, vectors = np.linalg.eigh(matrix)
    return symmetrised(vectors * np.maximum(values, 0.0) ** exponent @ vectors.T)


def wasserstein_squared(first: Gaussian, second: Gaussian) -> float:
    """Return W₂² of two Gaussians."""
    root = power(first.covariance, 0.5)
    overlap = np.trace(power(root @ second.covariance @ root, 0.5))
    spread = np.trace(first.covariance) + np.trace(second.covariance) - 2 * overlap
    return float(np.sum((first.mean - second.mean) ** 2) + max(spread, 0.0))


def free_energy(density: Gaussian, potential: Array, *, beta: float) -> float:
    """Return F(ρ) = E Φ − β⁻¹H(ρ) of Eq. 11 with Φ = ½xᵀUx.

    Parameters
    ----------
    density
        ρ.
    potential
        U, (d, d).
    beta
        β.
    """
    mean, covariance = density
    energy = (mean @ potential @ mean + np.trace(potential @ covariance)) / 2
    _, logarithm = np.linalg.slogdet(2 * np.pi * np.e * covariance)
    return float(energy - logarithm / 2 / beta)


def ornstein_uhlenbeck(start: Gaussian, hessian: Array, noise: Array, *, time: float) -> Gaussian:
    """Return the density of dx = −Hx dt + √(2β⁻¹D)dW after some time.

    m = e^{−Ht}m₀, Σ = Σ_∞ + e^{−Ht}(Σ₀ − Σ_∞)e^{−Ht} with Lyapunov's Σ_∞.

    Parameters
    ----------
    start
        The density at time 0.
    hessian, noise
        H, symmetric and positive, and 2β⁻¹D, (d, d).
    time
        t ≥ 0.
    """
    values, vectors = np.linalg.eigh(hessian)
    shrink = symmetrised(vectors * np.exp(-values * time) @ vectors.T)
    end = continuous(hessian, noise)
    covariance = end + shrink @ (start.covariance - end) @ shrink
    return Gaussian(shrink @ start.mean, symmetrised(covariance))


def jko_step(start: Gaussian, potential: Array, *, beta: float, step: float) -> Gaussian:
    """Return the next density of JKO with the plain Wasserstein distance.

    Parameters
    ----------
    start
        ρ_n.
    potential
        U, not negative, (d, d).
    beta
        β.
    step
        h.
    """
    stretched = np.eye(len(potential)) + step * potential
    root = power(stretched, -0.5)
    before, c = symmetrised(root @ start.covariance @ root), step / beta
    after = c * np.eye(len(potential)) + before / 2 + power(c * before + before @ before / 4, 0.5)
    mean = np.asarray(np.linalg.solve(stretched, start.mean))
    return Gaussian(mean, symmetrised(root @ after @ root))


def jko(
    start: Gaussian,
    potential: Array,
    *,
    beta: float,
    time: float,
    steps: int,
    diffusion: Array | None = None,
) -> Gaussian:
    """Return the density after some steps of JKO, with distances in the metric D⁻¹.

    Parameters
    ----------
    start, potential, beta
        As of `jko_step`.
    time, steps
        h is their ratio.
    diffusion
        D, symmetric and positive, (d, d); None for I.
    """
    metric = np.eye(len(potential)) if diffusion is None else diffusion
    there, back = power(metric, -0.5), power(metric, 0.5)
    within = Gaussian(there @ start.mean, symmetrised(there @ start.covariance @ there))
    rounded = symmetrised(back @ potential @ back)
    for _ in range(steps):
        within = jko_step(within, rounded, beta=beta, step=time / steps)
    return Gaussian(back @ within.mean, symmetrised(back @ within.covariance @ back))
