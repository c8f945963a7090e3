"""L2 distance ‖θ − θ₀‖ of all parameters from the initial ones."""

import torch
from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = True


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    initial = context.initial
    moved = [(value - initial[name]).flatten(1) for name, value in context.parameters.items()]
    return torch.linalg.vector_norm(torch.cat(moved, 1), dim=1)  # type: ignore[no-any-return]  # torch: Any
