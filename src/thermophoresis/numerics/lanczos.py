"""The largest eigenvalue of a symmetric matrix that is known by its products with vectors.

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
