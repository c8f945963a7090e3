"""Selling's decomposition: weights that are not negative, vectors of whole numbers, their sum."""

import numpy as np
import pytest

from thermophoresis.numerics import selling
from thermophoresis.numerics.selling import decompose


def rotated(ratio, angle):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.diag([1.0, ratio]) @ turn.T


def test_matrices_are_sums_of_what_is_found():
    rng = np.random.default_rng(0)
    matrices = np.stack(
        [rotated(10.0 ** rng.uniform(-4, 0), rng.uniform(0, np.pi)) for _ in range(500)]
    )
    weights, vectors = decompose(matrices)
    assert weights.min() >= 0
    assert vectors.dtype.kind == "i"
    assert (np.gcd(vectors[..., 0], vectors[..., 1]) == 1).all()
    first = np.where(vectors[..., 0] != 0, vectors[..., 0], vectors[..., 1])
    assert (first > 0).all()
    total = np.einsum("nk,nka,nkb->nab", weights, vectors, vectors)
    # Products of long vectors that cancel.
    np.testing.assert_allclose(total, matrices, atol=1e-11)


def test_diagonal_matrices_have_the_axes():
    weights, vectors = decompose(np.diag([3.0, 0.1])[None])
    found = {tuple(e): w for e, w in zip(vectors[0].tolist(), weights[0], strict=True) if w > 0}
    assert found == {(1, 0): 3.0, (0, 1): pytest.approx(0.1)}


@pytest.mark.parametrize("matrix", [[[1, 2], [2, 1]], [[-1, 0], [0, -1]], [[1, 0.5], [0.4, 1]]])
def test_others_are_refused(matrix):
    with pytest.raises(ValueError, match="symmetric and positive definite"):
        decompose(np.array([matrix], dtype=float))


def test_eigenvalues_too_far_apart_are_refused(monkeypatch):
    monkeypatch.setattr(selling, "MOST_STEPS", 2)
    with pytest.raises(ValueError, match="too far apart"):
        decompose(rotated(1e-4, 0.3)[None])
