"""Leading eigenvectors from products, against dense linear algebra."""

import pytest
import torch

from thermophoresis.numerics.lanczos import leading_eigenvectors


def matrix_of(values, seed=0):
    stream = torch.Generator().manual_seed(seed)
    square = torch.randn(len(values), len(values), generator=stream, dtype=torch.float64)
    vectors, _ = torch.linalg.qr(square)
    start = torch.randn(len(values), generator=stream, dtype=torch.float64)
    return vectors * torch.tensor(values, dtype=torch.float64) @ vectors.T, vectors, start


def leading(matrix, start, count, **options):
    chosen = {"tolerance": 1e-10, "steps": 200} | options
    return leading_eigenvectors(lambda it: matrix @ it, start, count, **chosen)


@pytest.mark.parametrize("count", [1, 4])
def test_they_are_those_of_dense_linear_algebra(count):
    # Of size the negative ones are larger: the algebraically largest are asked for.
    matrix, vectors, start = matrix_of([5.0, 3.0, 2.0, 1.0, *[0.5 / n for n in range(1, 90)], -9.0])
    found = leading(matrix, start, count)
    assert found.shape == (len(start), count)
    overlaps = (found.T @ vectors[:, :count]).abs()
    assert torch.allclose(overlaps, torch.eye(count, dtype=torch.float64), atol=1e-8)


def test_a_matrix_of_low_rank_has_as_many_as_its_krylov_space():
    matrix, vectors, start = matrix_of([4.0, 2.0, 1.0] + [0.0] * 30)
    found = leading(matrix, start, 3)
    assert torch.allclose((found.T @ vectors[:, :3]).abs(), torch.eye(3).double(), atol=1e-8)
    # Three eigenvalues and the zero make a Krylov space of four dimensions.
    assert leading(matrix, start, 5).isnan().all()


def test_what_is_not_finite_has_none():
    matrix, _, start = matrix_of([2.0, 1.0, 0.5])
    matrix[0, 0] = float("nan")
    assert leading(matrix, start, 1).isnan().all()
