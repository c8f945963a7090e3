"""Leading eigenvectors of the Hessian and of the Gauss–Newton matrix of the mean loss.

Both are known by their products with vectors: that of the Hessian differentiates twice, that of the
Gauss–Newton matrix (1/N) Σ Jᵀ P J goes forwards through the Jacobian J of a sample's logits, and
back. (The empirical Fisher matrix, with the gradients' second moment in its place, is D itself but
for the mean gradient.)
"""

import torch
from torch import Tensor

from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.numerics.lanczos import leading_eigenvectors
from thermophoresis.observables.largest_eigenvalue import hessian_products

# Of residuals in units of the largest modulus of an eigenvalue; and products with the matrix.
TOLERANCE = 1e-6
STEPS = 300


def hessian_subspace(
    chain: Layered, parameters: Parameters, x: Tensor, y: Tensor, start: Tensor, count: int
) -> Tensor:
    """Return leading eigenvectors of the Hessian of the mean loss.

    Parameters
    ----------
    chain, parameters
        One replica, its parameters stacked, float64.
    x, y
        Inputs (sample, …) and labels (sample,).
    start
        A random vector, (parameter,).
    count
        How many.

    Returns
    -------
    Tensor
        Shape (parameter, count), parameters in the order of ``parameters``.
    """
    product, _ = hessian_products(chain, parameters, x, y)
    return leading_eigenvectors(product, start, count, tolerance=TOLERANCE, steps=STEPS)


def gauss_newton_subspace(
    chain: Layered, parameters: Parameters, x: Tensor, start: Tensor, count: int
) -> Tensor:
    """Return leading eigenvectors of the Gauss–Newton matrix; see `hessian_subspace`."""
    with torch.enable_grad():
        own = {name: value[0].detach().requires_grad_() for name, value in parameters.items()}
        at = tuple(own.values())
        z = logits(chain, own, x)
        # Jᵀu is linear in u, so that its derivative along u goes forwards: it is J.
        u = torch.zeros_like(z, requires_grad=True)
        pulled = torch.autograd.grad(z, at, u, create_graph=True)
    sizes = [value.numel() for value in at]
    weights = chain.loss.output_hessian(z.detach(), chain.classes) / len(x)

    def product(vector: Tensor) -> Tensor:
        parts = zip(vector.split(sizes), at, strict=True)  # type: ignore[no-untyped-call]
        along = [part.view_as(value) for part, value in parts]
        (moved,) = torch.autograd.grad(pulled, u, along, retain_graph=True)
        weighted = (weights @ moved[..., None])[..., 0]
        back = torch.autograd.grad(z, at, weighted, retain_graph=True)
        return torch.cat([it.flatten() for it in back])

    return leading_eigenvectors(product, start, count, tolerance=TOLERANCE, steps=STEPS)
