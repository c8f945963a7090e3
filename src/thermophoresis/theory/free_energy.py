"""The free energy of a density and how fast it falls: Chaudhari & Soatto's Theorem 5, Appendix B.

    F(ρ) = E_ρ Φ − β⁻¹H(ρ),   δF/δρ = μ = Φ + β⁻¹ ln ρ + constant

is β⁻¹ times the divergence of ρ from e^{−βΦ}. Along ∂ρ/∂t = −∇·(jρ) + ∇·(ρ D∇μ), which is the
Fokker–Planck equation with the drift −D∇Φ + β⁻¹∇·D + j,

    dF/dt = −∫ ρ ∇μ·D∇μ dx + ∫ ρ j·∇μ dx.

**Which premise the last term needs.** With ρ = h e^{−βΦ}, ∇μ = β⁻¹∇h/h, and it is

    β⁻¹ ∫ e^{−βΦ} j·∇h dx = −β⁻¹ ∫ h ∇·(j e^{−βΦ}) dx:

it vanishes for all ρ exactly when ∇·(j e^{−βΦ}) = 0, that is when e^{−βΦ} is stationary, and that
is how Φ is defined. ∇·j = 0 (Assumption 4) neither is needed, as in Example 19, nor enough: then
the term is ∫ ρ j·∇Φ.
"""

import numpy as np


def free_energy(mass: np.ndarray, stationary: np.ndarray, temperature: float) -> np.ndarray:
    """Return β⁻¹ Σ p ln(p/π), of masses p of cells and stationary ones π, (…,).

    Parameters
    ----------
    mass, stationary
        Which add up to 1 along the last axis; π > 0.
    temperature
        β⁻¹.
    """
    some = mass > 0
    ratio = np.where(some, mass, 1.0) / np.where(some, stationary, 1.0)
    return np.asarray(temperature * (mass * np.log(ratio)).sum(axis=-1))


def dissipation(density: np.ndarray, force: np.ndarray, diffusion: np.ndarray) -> np.ndarray:
    """Return ρ ∇μ·D∇μ at places.

    Parameters
    ----------
    density
        ρ, (…,).
    force
        ∇μ, (…, n).
    diffusion
        D, (…, n, n) or (n, n).
    """
    return np.asarray(density * np.einsum("...i,...ij,...j->...", force, diffusion, force))


def quasiperiodic_distance(times: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Return how far orbits of ẋ = j(x), x in 2n dimensions, are from where they started.

    j turns the planes (x₁, x₂), (x₃, x₄), … with one frequency each: it is antisymmetric and
    linear, so that ∇·j = 0. From a place at the distance 1 from the origin in each plane, the
    distance after t is the root of Σ 4 sin²(ωt/2): 0 only where all ωt are multiples of 2π, never
    where the ratio of two frequencies is irrational.

    Parameters
    ----------
    times
        t, of any shape.
    frequencies
        ω, (n,).
    """
    angles = np.asarray(times)[..., None] * frequencies
    return np.asarray(np.sqrt((4 * np.sin(angles / 2) ** 2).sum(axis=-1)))
