"""Largest eigenvalue of the Hessian of the mean loss on the probe set.

By the Lanczos method, from a random vector of the observable's own stream: that is the same at
every record. Its products with the Hessian are second derivatives by automatic differentiation.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.numerics.lanczos import largest_eigenvalue as lanczos
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


# Of the residual in units of the largest modulus of an eigenvalue; and products with the Hessian.
TOLERANCE = 1e-6
STEPS = 100


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    found = []
    for single, stream in zip(
        context.singles(), context.streams("largest_eigenvalue"), strict=True
    ):
        product, size = hessian_products(
            *single.network.as_layered(single.parameters), single.x[0], single.y[0]
        )
        start = torch.empty(size, dtype=torch.float64).normal_(generator=stream).to(single.x)
        found.append(lanczos(product, start, tolerance=TOLERANCE, steps=STEPS))
    return torch.tensor(found, dtype=torch.float64, device=context.x.device)


def hessian_products(
    chain: Layered, parameters: Parameters, x: Tensor, y: Tensor
) -> tuple[Callable[[Tensor], Tensor], int]:
    """Return what multiplies a vector by the Hessian of the mean loss, and the vector's length.

    Parameters
    ----------
    chain, parameters
        One replica, its parameters stacked; in their order are those of the vector.
    x, y
        Inputs (sample, …) and labels (sample,).
    """
    with torch.enable_grad():
        own = {name: value[0].detach().requires_grad_() for name, value in parameters.items()}
        loss = chain.loss.of_samples(logits(chain, own, x), y, chain.classes).mean()
        at = tuple(own.values())
        gradient = torch.autograd.grad(loss, at, create_graph=True)
    sizes = [value.numel() for value in at]

    def product(vector: Tensor) -> Tensor:
        parts = zip(vector.split(sizes), at, strict=True)  # type: ignore[no-untyped-call]
        found = torch.autograd.grad(
            gradient,
            at,
            [part.view_as(value) for part, value in parts],
            retain_graph=True,
            materialize_grads=True,
        )
        return torch.cat([value.flatten() for value in found])

    return product, sum(sizes)
