"""L2 norm of each of the parameters, weights and biases, that the network has."""

import torch
from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = True


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, block)."""
    blocks = (context.parameters[name] for name in context.network.parameter_dimensions)
    return torch.stack([torch.linalg.vector_norm(it.flatten(1), dim=1) for it in blocks], 1)
