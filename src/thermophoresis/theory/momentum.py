"""What SGD with momentum leaves of a quadratic loss at stationarity.

With f = ½δᵀHδ and batch gradients Hδ + ξ, ξ independent of all before it with the covariance κD
(`stationary_covariance.variance_factor`), a step as that of ``torch.optim.SGD`` is

    m ← μm + Hδ + ξ,   δ ← δ − ηm.                                            (1)

Along an eigenvector of H with the eigenvalue λ this is an autoregressive process of second order,
δ' = (1 + μ − ηλ)δ − μδ₋ − ηξ, whose variance is known (Yule–Walker), D_λ that of ξ/√κ there:

    Σ_λ = κD_λ η / (2λ(1 − μ)) · 1/(1 − ηλ/(2(1 + μ))),   0 < ηλ < 2(1 + μ).   (2)

To the first order in η it goes with η/((1 − μ)|B|) alone; the second factor, of the steps, goes
with η/(1 + μ). At one η/(1 − μ) it is nearer to one with momentum than without. Tr(HΣ) = Σ_λ λΣ_λ
takes no other element of D, whether it commutes with H or not.
"""

from typing import Any

import numpy as np

from thermophoresis.theory.stationary_covariance import symmetrised

Array = np.ndarray[Any, np.dtype[np.float64]]


def energy(hessian: Array, noise: Array, *, learning_rate: float, momentum: float) -> float:
    """Return Tr(HΣ) of Eq. 2, twice the excess loss.

    Parameters
    ----------
    hessian
        H, symmetric, (d, d).
    noise
        κD, symmetric, (d, d), the same wherever δ is.
    learning_rate, momentum
        η, and 0 ≤ μ < 1.

    Raises
    ------
    ValueError
        An eigenvalue of H is not between 0 and 2(1 + μ)/η: there is no stationary state.
    """
    values, vectors = np.linalg.eigh(hessian)
    step = learning_rate * values / (2 * (1 + momentum))
    if values.min() <= 0 or step.max() >= 1:
        raise ValueError(f"no stationary state at η = {learning_rate:g} and μ = {momentum:g}")
    along = np.einsum("ik,ij,jk->k", vectors, noise, vectors)
    return float(np.sum(learning_rate * along / (2 * (1 - momentum)) / (1 - step)))


def joint_covariance(
    hessian: Array, noise: Array, *, learning_rate: float, momentum: float
) -> Array:
    """Return the covariance of (δ, m) of Eq. 1, (2d, 2d), as linear equations: no closed form.

    Parameters are those of `energy`, d up to some 10.
    """
    d = len(hessian)
    identity = np.eye(d)
    # m' = μm + Hδ + ξ and δ' = δ − ηm'.
    buffer = np.hstack([hessian, momentum * identity])
    state = np.hstack([identity, np.zeros((d, d))]) - learning_rate * buffer
    step = np.vstack([state, buffer])
    drawn = np.vstack([-learning_rate * identity, identity])
    operator = np.eye(4 * d * d) - np.kron(step, step)
    found = np.linalg.solve(operator, (drawn @ noise @ drawn.T).reshape(-1))
    return symmetrised(np.asarray(found.reshape(2 * d, 2 * d), dtype=np.float64))
