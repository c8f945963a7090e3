"""Selling's decomposition of positive definite matrices along vectors of whole numbers.

Every symmetric positive definite 2 × 2 matrix is a sum of three rank-one matrices with weights that
are not negative,

    D = Σ_k λ_k e_k e_kᵀ,   λ_k ≥ 0,   e_k of whole numbers

(Selling 1874; for differences of second order that keep signs Fehrenbach & Mirebeau 2014). From a
superbase (v₀, v₁, v₂), v₀ + v₁ + v₂ = 0, with v_i·Dv_j ≤ 0 for all i ≠ j, λ_k = −v_i·Dv_j and e_k
is v_k turned by 90°. Where v_i·Dv_j > 0, replacing the three by (−v_i, v_j, v_i − v_j) lowers
Σ v·Dv; there are finitely many superbases below any bound, so that this ends.
"""

import numpy as np

MOST_STEPS = 200  # far more than a ratio of eigenvalues of 10⁴ takes
PAIRS = ((0, 1), (1, 2), (2, 0))
# v_i·Dv_j up to this part of Tr D is rounding: exchanging for it would go back and forth.
ROUNDING = 1e-14


def decompose(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and vectors of each of several matrices.

    Parameters
    ----------
    matrices
        Symmetric and positive definite, shape (n, 2, 2).

    Returns
    -------
    tuple of numpy.ndarray
        Weights λ, (n, 3), and vectors of whole numbers, (n, 3, 2), of which the first component
        that is not 0 is positive.

    Raises
    ------
    ValueError
        A matrix is not symmetric and positive definite, or its eigenvalues are too far apart.
    """
    size = np.trace(matrices, axis1=1, axis2=2)
    symmetric = np.allclose(matrices, matrices.swapaxes(1, 2), rtol=1e-12, atol=0.0)
    if not (symmetric and (size > 0).all() and (np.linalg.det(matrices) > 0).all()):
        raise ValueError("must be symmetric and positive definite everywhere")
    base = np.tile(np.array([[1, 0], [0, 1], [-1, -1]]), (len(matrices), 1, 1))
    for _ in range(MOST_STEPS):
        changed = False
        for i, j in PAIRS:
            product = np.einsum("na,nab,nb->n", base[:, i], matrices, base[:, j])
            acute = product > ROUNDING * size
            if acute.any():
                first, second = base[acute, i], base[acute, j]
                base[acute, i], base[acute, 3 - i - j] = -first, first - second
                changed = True
        if not changed:
            break
    else:
        raise ValueError("eigenvalues are too far apart")
    weights, vectors = [], []
    for i, j in PAIRS:
        product = np.einsum("na,nab,nb->n", base[:, i], matrices, base[:, j])
        weights.append(np.maximum(-product, 0.0))
        x, y = base[:, 3 - i - j].T
        vectors.append(np.stack([-y, x], axis=1))
    found = np.stack(vectors, axis=1)
    leading = np.where(found[..., 0] != 0, found[..., 0], found[..., 1])
    return np.stack(weights, axis=1), found * np.sign(leading)[..., None]
