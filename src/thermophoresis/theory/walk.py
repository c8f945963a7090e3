"""The generalised random walk of Wei & Schwab, Section 2 and Appendices A.3–A.5.

Equations are numbered as in the version of Section 2 with Appendices A.1 to A.8. The walk is

    q ← q − η γ f(q, ξ),                                       (1)

with γ f symmetric (2), and gᵢ(q) = √E[γ² fᵢ²] the standard deviation of its steps in units of η
(3). Where all components of f have one sign (4), a step is one coin ζ = ±1 for all coordinates,

    q ← q − η g(q) ζ.                                          (5)

**The flow of Eq. 5.** A step has the mean 0 and the covariance η² g gᵀ, so that the flow of mass
per step is, to O(η⁴), that of Itô's Fokker–Planck equation, −½η² Σⱼ ∂ⱼ(g gⱼ ρ). Along g:

    J = −½η² |g| g·∇ρ − ½η² ρ (Σ gᵢgⱼ∂ⱼgᵢ/|g| + |g| ∇·g).

**Why Eq. 6 differs.** Δ⁺ and Δ⁻ are how far from q those are that step onto it, so that half of the
mass in between crosses q. In one dimension it is ∫ρ over an interval of length Δ: with ρ(q ∓ u) =
ρ ∓ uρ′, Δ⁻ρ − ½(Δ⁻)²ρ′ on the left and Δ⁺ρ + ½(Δ⁺)²ρ′ on the right, and

    J = ½(Δ⁻ − Δ⁺)ρ − ½·½((Δ⁺)² + (Δ⁻)²)ρ′ = −η² g g′ ρ − ½η² g² ρ′ + O(η⁴).

The first line of Appendix A.4 (A.3 in the other version) takes all of that mass where it is
furthest away, ∓½Δ ρ(q ± Δ), that is, ρ ∓ Δρ′ for ρ ∓ ½Δρ′: the diffusive term is doubled,
the thermophoretic one, in which ρ is the same to this order, is not. In more dimensions those that
step through a face of unit area fill a tube along g, which widens by ∇·(g/|g|): its volume is
Δ⁻ − ½(Δ⁻)²∇·(g/|g|) behind and Δ⁺ + ½(Δ⁺)²∇·(g/|g|) before the face, where A.4 has Δ⁻ and Δ⁺. With
|g|² ∇·(g/|g|) = |g| ∇·g − Σ gᵢgⱼ∂ⱼgᵢ/|g|, the thermophoretic flow is

    ½ (1 + |g|² ∇·g / Σ gᵢgⱼ∂ⱼgᵢ)

times the printed one: 1 where g keeps its direction, ½ where g has no divergence.

**Equilibrium.** In one dimension with T = (ηg/2)² (22, 23), J = −D ρ′ − ρ D_T T′ (14) has

                  D          D_T    S_T = D_T/D (15)    ρ where J = 0
    Itô           ½η²g² = 2T  2      1/T                 ∝ 1/T ∝ g⁻²
    Eq. 6         η²g² = 4T   2      1/(2T)              ∝ T^(−1/2) ∝ g⁻¹

and with c of Eq. 7 in place of the second term of Eq. 6, D_T = 1: S_T = 1/(4T), ρ ∝ g^(−1/2).

In all functions the last axis is that of coordinates: g and gradients of ρ have the shape (…, n),
the Jacobian (…, n, n) with ∂ⱼgᵢ at [i, j], densities and flows (…).
"""

from collections.abc import Callable

import numpy as np

ITERATIONS = 100  # of a contraction, until rounding


def diffusive_flow(eta: float, g: np.ndarray, density_gradient: np.ndarray) -> np.ndarray:
    """Return the first term of Eq. 6 as printed, −η² |g| g·∇ρ (mass per step).

    Parameters
    ----------
    eta
        Step size η.
    g, density_gradient
        g and ∇ρ at the same places, shape (…, n).
    """
    return -(eta**2) * np.linalg.norm(g, axis=-1) * np.sum(g * density_gradient, axis=-1)  # type: ignore[no-any-return]  # numpy: Any


def thermophoretic_flow(
    eta: float, g: np.ndarray, jacobian: np.ndarray, density: np.ndarray
) -> np.ndarray:
    """Return the second term of Eq. 6 as printed, −η² Σ gᵢgⱼ∂ⱼgᵢ/|g| ρ (mass per step).

    Parameters
    ----------
    eta
        Step size η.
    g, jacobian, density
        g, ∂ⱼgᵢ and ρ at the same places, shapes (…, n), (…, n, n) and (…).
    """
    return -(eta**2) * steepness(g, jacobian) * density  # type: ignore[no-any-return]  # numpy: Any


def thermophoretic_coefficient(eta: float, g: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
    """Return c of Eqs. 7 and 19 as printed, η² Σ gᵢgⱼ∂ⱼgᵢ/(2|g|): half of what Eq. 6 has.

    It is at least 0 (8, 20) where no ∂ⱼgᵢ is negative (4), though called negative; the flow is
    −cρ. The other version has the sign of the flow, c ≤ 0. In one dimension it is T′ (21–23).

    Parameters
    ----------
    eta, g, jacobian
        As of `thermophoretic_flow`.
    """
    return eta**2 * steepness(g, jacobian) / 2


def steepness(g: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
    """Return Σ gᵢgⱼ∂ⱼgᵢ/|g| = g·∇|g|; arguments as of `thermophoretic_flow`."""
    along = np.einsum("...i,...ij,...j->...", g, jacobian, g)
    return along / np.linalg.norm(g, axis=-1)  # type: ignore[no-any-return]  # numpy: Any


def fokker_planck_flow(
    eta: float,
    g: np.ndarray,
    jacobian: np.ndarray,
    density: np.ndarray,
    density_gradient: np.ndarray,
) -> np.ndarray:
    """Return the flow along g/|g| of Itô's Fokker–Planck equation, −½η² Σⱼ ∂ⱼ(g gⱼ ρ)·g/|g|.

    Parameters
    ----------
    eta, g, jacobian, density, density_gradient
        As of `diffusive_flow` and `thermophoretic_flow`.
    """
    divergence = np.trace(jacobian, axis1=-2, axis2=-1)
    spreading = np.linalg.norm(g, axis=-1) * divergence
    thermophoretic = -(eta**2) / 2 * (steepness(g, jacobian) + spreading) * density
    return diffusive_flow(eta, g, density_gradient) / 2 + thermophoretic  # type: ignore[no-any-return]  # numpy: Any


# --- Appendix A.4 ---------------------------------------------------------------------------------


def distances(
    eta: float, g: Callable[[np.ndarray], np.ndarray], q: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far from q those are that step onto it, Δ⁺ = ηg(q + Δ⁺) and Δ⁻ = ηg(q − Δ⁻).

    Parameters
    ----------
    eta
        Step size η: with it, a step must change by less than what q changes.
    g
        Returns g at places, both of shape (…, n).
    q
        Places, shape (…, n).
    """
    above = below = eta * g(q)
    for _ in range(ITERATIONS):
        above, below = eta * g(q + above), eta * g(q - below)
    return above, below


def distance_difference(
    eta: float, above: np.ndarray, below: np.ndarray, jacobian: np.ndarray
) -> np.ndarray:
    """Return Δ⁺ − Δ⁻ by Eq. 17 without its remainder, η Σⱼ (Δⱼ⁺ + Δⱼ⁻) ∂ⱼgᵢ, shape (…, n)."""
    return eta * np.einsum("...ij,...j->...i", jacobian, above + below)  # type: ignore[no-any-return]  # numpy: Any


def leading_distance_difference(eta: float, g: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
    """Return Δ⁺ − Δ⁻ by Eq. 18 without its remainder, 2η² Σⱼ gⱼ∂ⱼgᵢ, shape (…, n).

    The remainder is O(η⁴), not only O(η³): Δ⁺ is one function D of η, and Δ⁻ is −D(−η), so that
    the difference is even in η.
    """
    return 2 * eta**2 * np.einsum("...ij,...j->...i", jacobian, g)  # type: ignore[no-any-return]  # numpy: Any


def far_end_flow(
    above: np.ndarray, below: np.ndarray, density_above: np.ndarray, density_below: np.ndarray
) -> np.ndarray:
    """Return the first line of A.4, −½|Δ⁺| ρ(q + Δ⁺) + ½|Δ⁻| ρ(q − Δ⁻).

    All the mass of an interval is taken where it is furthest away, which doubles the diffusive
    flow; the mass itself is ∫ρ over the interval.

    Parameters
    ----------
    above, below
        Δ⁺ and Δ⁻, shape (…, n).
    density_above, density_below
        ρ(q + Δ⁺) and ρ(q − Δ⁻), shape (…).
    """
    length_above, length_below = (np.linalg.norm(it, axis=-1) for it in (above, below))
    return (length_below * density_below - length_above * density_above) / 2  # type: ignore[no-any-return]  # numpy: Any


# --- Soret equilibrium ----------------------------------------------------------------------------


def temperature(eta: float, g: np.ndarray) -> np.ndarray:
    """Return T = (ηg/2)² of Eqs. 22 and 23, in one dimension: g is of any shape."""
    return (eta * g / 2) ** 2


def soret_coefficient(diffusion: np.ndarray, thermal_diffusion: float) -> np.ndarray:
    """Return S_T = D_T/D (15), where J = −D∇ρ − ρ D_T ∇T (14) is 0 in equilibrium (13)."""
    return thermal_diffusion / diffusion


def noise_power(diffusion: np.ndarray, thermal_diffusion: float, heat: np.ndarray) -> np.ndarray:
    """Return the power of g in the stationary density, −2 S_T T, where S_T is ∝ 1/T.

    By Eq. 13, ∇ ln ρ = −S_T ∇T = −S_T T ∇ ln T, and T is ∝ g².

    Parameters
    ----------
    diffusion, thermal_diffusion
        D and D_T.
    heat
        T at the same places.
    """
    return -2 * heat * soret_coefficient(diffusion, thermal_diffusion)  # type: ignore[no-any-return]  # numpy: Any
