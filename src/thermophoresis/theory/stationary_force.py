"""Which drift has a given stationary density: Chaudhari & Soatto's Eqs. 8 and 19.

For dx = −∇f dt + √(2β⁻¹D) dW, any Φ, symmetric D(x) and antisymmetric Q(x),

    −∇f = −(D + Q)∇Φ + β⁻¹∇·(D + Q),   (∇·M)_i = Σ_j ∂_j M_ij                         (19)

has ρ = e^{−βΦ} as its stationary density: with ∇ρ = −β∇Φρ the current is

    J = −∇f ρ − β⁻¹∇·(Dρ) = −Q∇Φρ + β⁻¹(∇·Q)ρ = β⁻¹∇·(Qρ),

which has no divergence because Q is antisymmetric. With the sum over the first index instead,
Σ_i ∂_i M_ij, as the paper has it ("column-wise"), ∇·Q has the other sign, and ∇·J = −2β⁻¹∇·((∇·Q)ρ)
= 2(∇·Q)·∇Φρ. Without ∇·D, as on the poster, J has −β⁻¹(∇·D)ρ besides.
"""

from typing import Literal

import numpy as np

Convention = Literal["rows", "columns"]


def loss_gradient(
    potential_gradient: np.ndarray,
    diffusion: np.ndarray,
    circulation: np.ndarray,
    derivatives: np.ndarray,
    temperature: float,
    *,
    convention: Convention = "rows",
    with_noise: bool = True,
) -> np.ndarray:
    """Return ∇f = (D + Q)∇Φ − β⁻¹∇·(D + Q) of Eq. 19, or what other readings of it give.

    Parameters
    ----------
    potential_gradient
        ∇Φ, (…, n).
    diffusion, circulation
        D and Q, (…, n, n).
    derivatives
        ∂_k D_ij and ∂_k Q_ij at [0 or 1, …, i, j, k], (2, …, n, n, n).
    temperature
        β⁻¹.
    convention
        Whether the divergence of Q is the sum over its second index or over its first; of a
        symmetric matrix both are the same.
    with_noise
        Whether the divergence of D is there; it is not on the poster.
    """
    of_noise, of_circulation = derivatives
    index = "...ijj->...i" if convention == "rows" else "...jij->...i"
    divergence = np.einsum(index, of_circulation)
    if with_noise:
        divergence = divergence + np.einsum("...ijj->...i", of_noise)
    turned = np.einsum("...ij,...j->...i", diffusion + circulation, potential_gradient)
    return np.asarray(turned - temperature * divergence)
