"""Trace, Frobenius norm and extreme eigenvalues of symmetric matrices from products with vectors.

After m steps of Lanczos (1950) from a random vector, with full reorthogonalisation, an orthonormal
basis Q has HQ = QT + β q eᵀ, with T tridiagonal. What is in Q is exact, Tr QᵀHQ = Tr T and
‖HQ‖² = ‖T‖² + β², and holds the outer eigenvalues, which are most of both. With P = I − QQᵀ, the
rest is estimated from vectors z of random signs (Hutchinson 1989) that are independent of Q,

    Tr PHP = E zᵀPHPz,    ‖HP‖² = E ‖HPz‖²,

as in Hutch++ (Meyer, Musco, Musco & Woodruff 2021), whose variance falls with what is in Q.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class MatrixSums(NamedTuple):
    """What is known of several matrices H, each (matrix,), float64.

    Attributes
    ----------
    trace, trace_error
        Tr H, and its standard error.
    square, square_error
        ‖H‖_F², and its standard error.
    largest, largest_error
        The largest eigenvalue, and the norm of the residual of its vector: an eigenvalue is as
        close as that.
    smallest, smallest_error
        The same of the smallest.
    """

    trace: Tensor
    trace_error: Tensor
    square: Tensor
    square_error: Tensor
    largest: Tensor
    largest_error: Tensor
    smallest: Tensor
    smallest_error: Tensor


def matrix_sums(
    product: Callable[[Tensor], Tensor], start: Tensor, signs: Tensor, *, steps: int
) -> MatrixSums:
    """Return sums over the spectra of symmetric matrices.

    Parameters
    ----------
    product
        Returns the product of each matrix with its vector, both (matrix, dimension).
    start
        Random vectors, (matrix, dimension), float64.
    signs
        Independent vectors of random signs, (vector, matrix, dimension), at least two.
    steps
        Steps of Lanczos; at most the dimension.

    Returns
    -------
    MatrixSums
        NaN where a product is not finite.
    """
    matrices, dimension = start.shape
    steps = min(steps, dimension)
    basis = start.new_zeros(matrices, steps, dimension)
    small = start.new_zeros(matrices, steps, steps)
    vector = start / torch.linalg.vector_norm(start, dim=1, keepdim=True)
    size = start.new_zeros(matrices)
    rest = size
    for step in range(steps):
        basis[:, step] = vector
        image, known = product(vector), basis[:, : step + 1]
        small[:, step, step] = (image * vector).sum(1)
        for _ in range(2):  # once is not enough where much of a vector cancels
            image = without(image, known)
        rest = torch.linalg.vector_norm(image, dim=1)
        size = torch.maximum(size, small[:, step].abs().amax(1))
        # What is left of a vector in an invariant space is rounding: there the basis ends.
        rest = torch.where(rest <= 1e-13 * size, 0.0, rest)
        vector = torch.where((rest > 0)[:, None], image / rest.clamp_min(1e-300)[:, None], 0.0)
        if step + 1 < steps:
            small[:, step, step + 1] = small[:, step + 1, step] = rest
    bad = ~(torch.isfinite(small).all(2).all(1) & torch.isfinite(rest))
    values, vectors = torch.linalg.eigh(torch.where(bad[:, None, None], 0.0, small))
    # Where the basis has ended early, the rest of T is zero, with vectors outside of it.
    inside = torch.linalg.vector_norm(vectors * (basis != 0).any(2)[:, :, None], dim=1) > 0.5
    residuals = rest[:, None] * vectors[:, -1].abs()
    at_top = torch.where(inside, values, -torch.inf).argmax(1, keepdim=True)
    at_bottom = torch.where(inside, values, torch.inf).argmin(1, keepdim=True)
    traces, squares = [], []
    for one in signs:
        outside = without(one, basis)
        image = product(outside)
        traces.append((outside * image).sum(1))
        squares.append(image.square().sum(1))
    trace, trace_error = _mean(torch.stack(traces))
    square, square_error = _mean(torch.stack(squares))
    found = MatrixSums(
        trace=small.diagonal(dim1=1, dim2=2).sum(1) + trace,
        trace_error=trace_error,
        square=small.square().sum((1, 2)) + rest**2 + square,
        square_error=square_error,
        largest=values.gather(1, at_top)[:, 0],
        largest_error=residuals.gather(1, at_top)[:, 0],
        smallest=values.gather(1, at_bottom)[:, 0],
        smallest_error=residuals.gather(1, at_bottom)[:, 0],
    )
    return MatrixSums(*(torch.where(bad, torch.nan, it) for it in found))


def exact_sums(product: Callable[[Tensor], Tensor], start: Tensor) -> MatrixSums:
    """Return the same from all entries of each matrix, with nothing left to chance.

    Parameters
    ----------
    product
        As of `matrix_sums`.
    start
        Any vectors, (matrix, dimension), for their shape and type.
    """
    matrices, dimension = start.shape
    unit = torch.eye(dimension, dtype=start.dtype)
    columns = [product(one.expand(matrices, -1)) for one in unit]
    dense = torch.stack(columns, 2)
    dense = (dense + dense.mT) / 2
    bad = ~torch.isfinite(dense).all(2).all(1)
    values = torch.linalg.eigvalsh(torch.where(bad[:, None, None], 0.0, dense))
    none = torch.zeros_like(values[:, 0])
    sums = (
        (values.sum(1), none), (values.square().sum(1), none), (values[:, -1], none),
        (values[:, 0], none),
    )  # fmt: skip
    return MatrixSums(*(torch.where(bad, torch.nan, it) for pair in sums for it in pair))


def without(vectors: Tensor, basis: Tensor) -> Tensor:
    """Return vectors (matrix, dimension) less their part in bases (matrix, step, dimension)."""
    inside = torch.bmm(basis, vectors[:, :, None])
    return vectors - torch.bmm(basis.mT, inside)[:, :, 0]


def _mean(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return means over the first axis, and their standard errors."""
    return values.mean(0), values.std(0) / len(values) ** 0.5
