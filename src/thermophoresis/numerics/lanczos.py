"""The largest eigenvalues of a symmetric matrix that is known by its products with vectors.

Lanczos (1950), with full reorthogonalisation: the Krylov space of a start vector holds the extreme
eigenvalues first (Golub and Van Loan, *Matrix Computations*, chapter 10).
"""

from collections.abc import Callable

import torch
from torch import Tensor


def largest_eigenvalue(
    product: Callable[[Tensor], Tensor], start: Tensor, *, tolerance: float, steps: int
) -> float:
    """Return the algebraically largest eigenvalue.

    Parameters
    ----------
    product
        Returns the product of the matrix A with a vector.
    start
        A vector that is not orthogonal to the eigenvector, such as a random one; float64.
    tolerance
        It ends when ‖A v − λ v‖ ≤ ``tolerance`` · ‖A‖ for its approximation v of the eigenvector,
        with the largest modulus of its eigenvalues so far as ‖A‖. λ is then as close to an
        eigenvalue, and the square of that where this one is well separated.
    steps
        Products with the matrix at most.

    Returns
    -------
    float
        NaN where a product is not finite.
    """
    basis = [start / torch.linalg.vector_norm(start)]
    diagonal: list[float] = []
    beside: list[float] = []
    while True:
        image = product(basis[-1])
        diagonal.append(float(image @ basis[-1]))
        for _ in range(2):  # once is not enough where much of a vector cancels
            for vector in basis:
                image = image - (image @ vector) * vector
        rest = float(torch.linalg.vector_norm(image))
        if not abs(diagonal[-1]) + rest < float("inf"):
            return float("nan")
        off = torch.tensor(beside, dtype=torch.float64)
        matrix = torch.diag(torch.tensor(diagonal, dtype=torch.float64))
        matrix = matrix + torch.diag(off, 1) + torch.diag(off, -1)
        values, vectors = torch.linalg.eigh(matrix)
        residual = rest * abs(float(vectors[-1, -1]))
        done = len(basis) == min(steps, len(start))
        if done or residual <= tolerance * float(values.abs().max()):
            return float(values[-1])
        beside.append(rest)
        basis.append(image / rest)


CHECKED_EVERY = 10  # steps: what is checked takes longer than a step


def leading_eigenvectors(
    product: Callable[[Tensor], Tensor], start: Tensor, count: int, *, tolerance: float, steps: int
) -> Tensor:
    """Return the eigenvectors of the algebraically largest eigenvalues, the largest first.

    An eigenvalue that several of them share has one vector among them.

    Parameters
    ----------
    product
        Returns the product of the matrix A with a vector.
    start
        A vector that is not orthogonal to any of them, such as a random one; float64.
    count
        How many.
    tolerance
        It ends when ‖A v − λ v‖ ≤ ``tolerance`` · ‖A‖ for all of them, as of `largest_eigenvalue`.
    steps
        Products with the matrix at most.

    Returns
    -------
    Tensor
        Shape (dimension, count), orthonormal columns; NaN where a product is not finite or the
        Krylov space of the start vector has fewer dimensions.
    """
    limit = min(steps, len(start))
    basis = start.new_empty(limit + 1, len(start))
    basis[0] = start / torch.linalg.vector_norm(start)
    matrix = start.new_zeros(limit + 1, limit + 1)
    nothing = start.new_full((len(start), count), float("nan"))
    for step in range(1, limit + 1):
        image, known = product(basis[step - 1]), basis[:step]
        matrix[step - 1, step - 1] = image @ basis[step - 1]
        for _ in range(2):  # once is not enough where much of a vector cancels
            image = image - known.T @ (known @ image)
        rest = torch.linalg.vector_norm(image)
        if not torch.isfinite(rest):
            return nothing
        # What is left of a vector in an invariant space is rounding.
        closed = float(rest) <= 1e-14 * float(matrix.abs().max())
        if step == limit or closed or step % CHECKED_EVERY == 0:
            values, vectors = torch.linalg.eigh(matrix[:step, :step])
            residuals = float(rest) * vectors[-1, -count:].abs().max()
            if step == limit or closed or residuals <= tolerance * values.abs().max():
                return (known.T @ vectors[:, -count:]).flip(1) if step >= count else nothing
        matrix[step - 1, step] = matrix[step, step - 1] = rest
        basis[step] = image / rest
    return nothing
