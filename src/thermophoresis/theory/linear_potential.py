"""The potential and the current of SGD about a critical point (Chaudhari & Soatto, Section V-A).

With ∇f = Hx, symmetric H, and a constant diffusion matrix D, dx = −Hx dt + √(2β⁻¹D)dW has about a
minimum the stationary density e^{−βΦ}, Φ = ½xᵀUx. With its covariance Σ, for which Lyapunov's
equation is HΣ + ΣH = 2β⁻¹D,

    U = (βΣ)⁻¹,   H = (D + Q)U (16),   Q = HU⁻¹ − D = βHΣ − D,   j = −∇f + D∇Φ = −QUx (8).

Q is antisymmetric by Lyapunov's equation, it does not depend on β, and as U is symmetric
(Lemma 20), (D + Q)H = H(D − Q), that is

    HQ + QH = HD − DH,   in the eigenbasis of H   Q_ij = D_ij(λ_i − λ_j)/(λ_i + λ_j).         (R)

**Which j is zero.** Q = 0 where HD = DH, whether D is isotropic or not; so Eq. 12 and what is said
below it, that j ≠ 0 where D is not isotropic, do not hold. With D = cI, Q = 0 and Φ = f/c: Lemma 6
has Φ = f for every c.

**Which Q is unique.** (R) has one solution where λ_i + λ_j ≠ 0 for all i ≠ j. This is so at a
minimum, and at most saddle points. Where two eigenvalues are zero, Q_ij is free; where two are
opposite, it is free if D_ij = 0, and otherwise there is no Q.

**Circulation.** The covariance of x(t + τ) and x(t), e^{−Hτ}Σ, is symmetric for a reversible
process. In the eigenbasis of H its antisymmetric part (times 2) is

    (e^{−λ_iτ} − e^{−λ_jτ})Σ_ij = 2β⁻¹(HD − DH)_ij k_ij,
    k_ij = (e^{−λ_iτ} − e^{−λ_jτ})/(λ_i² − λ_j²) < 0,                                          (A)

with the limit −τe^{−λτ}/2λ: it is zero exactly where HD is symmetric. Its slope at τ = 0 is −2β⁻¹Q.

Matrices have the shape (d, d), float64.
"""

from typing import Any

import numpy as np

from thermophoresis.theory.stationary_covariance import symmetrised

Array = np.ndarray[Any, np.dtype[np.float64]]


def potential_hessian(covariance: Array, *, beta: float) -> Array:
    """Return U of Φ = ½xᵀUx, (βΣ)⁻¹.

    Parameters
    ----------
    covariance
        Σ, symmetric and positive, (d, d).
    beta
        β.
    """
    return symmetrised(np.asarray(np.linalg.inv(beta * covariance)))


def rotation(hessian: Array, diffusion: Array) -> Array:
    """Return Q of Eq. R, (d, d), antisymmetric.

    Parameters
    ----------
    hessian
        H, symmetric, of a minimum or of a saddle point.
    diffusion
        D, symmetric.

    Raises
    ------
    ValueError
        Two eigenvalues of H have the sum 0: Q is not unique, or does not exist.
    """
    values, vectors = np.linalg.eigh(hessian)
    sums = values[:, None] + values
    np.fill_diagonal(sums, 1.0)  # of which nothing is divided but 0
    if (np.abs(sums) <= 1e-12 * np.abs(values).max()).any():
        raise ValueError("two eigenvalues of the Hessian have the sum 0: there is no unique Q")
    within = (vectors.T @ diffusion @ vectors) * (values[:, None] - values) / sums
    turned = vectors @ within @ vectors.T
    return np.asarray((turned - turned.T) / 2)


def sylvester_operator(hessian: Array) -> Array:
    """Return Q → HQ + QH on antisymmetric matrices.

    Returns
    -------
    A square matrix in the orthonormal basis (E_ij − E_ji)/√2, i < j, of d(d − 1)/2 elements; its
    eigenvalues are λ_i + λ_j.
    """
    basis = antisymmetric_basis(len(hessian))
    moved = hessian @ basis + basis @ hessian
    return np.asarray(np.einsum("kij,lij->kl", basis, moved))


def antisymmetric_basis(d: int) -> Array:
    """Return (E_ij − E_ji)/√2 for all i < j, (d(d − 1)/2, d, d)."""
    first, second = np.triu_indices(d, 1)
    basis = np.zeros((len(first), d, d))
    each = np.arange(len(first))
    basis[each, first, second] = 0.5**0.5
    basis[each, second, first] = -(0.5**0.5)
    return basis


def largest_current(rotation: Array, potential: Array, *, beta: float, places: Array) -> float:
    """Return the largest ‖J‖ = ‖jρ‖ at some places.

    Parameters
    ----------
    rotation, potential
        Q and U, (d, d).
    beta
        β.
    places
        x, (…, d).
    """
    force = places @ potential
    energy = np.sum(places * force, axis=-1) / 2
    d = len(potential)
    height = np.sqrt(np.linalg.det(potential * beta) / (2 * np.pi) ** d)
    density = height * np.exp(-beta * energy)
    return float((np.linalg.norm(force @ rotation.T, axis=-1) * density).max())


def lagged_asymmetry(hessian: Array, diffusion: Array, *, beta: float, lag: float) -> Array:
    """Return e^{−Hτ}Σ minus its transpose by Eq. A, (d, d).

    Parameters
    ----------
    hessian, diffusion
        H, positive, and D.
    beta
        β.
    lag
        τ ≥ 0.
    """
    values, vectors = np.linalg.eigh(hessian)
    commutator = hessian @ diffusion - diffusion @ hessian
    within = vectors.T @ commutator @ vectors * asymmetry_kernel(values, lag)
    return np.asarray(2 / beta * vectors @ within @ vectors.T)


def asymmetry_kernel(values: Array, lag: float) -> Array:
    """Return k of Eq. A, (d, d): below 0 for positive eigenvalues and τ > 0.

    Parameters
    ----------
    values
        Eigenvalues of H, (d).
    lag
        τ.
    """
    apart = values[:, None] - values
    equal = apart == 0
    change = np.expm1(-apart * lag) / np.where(equal, 1.0, apart)
    slope = np.where(equal, -lag, change) * np.exp(-values * lag)
    return np.asarray(slope / (values[:, None] + values))
