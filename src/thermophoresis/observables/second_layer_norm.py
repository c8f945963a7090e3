"""L2 norm of the second-layer weights V."""

import torch
from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = True


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return torch.linalg.vector_norm(context.layers["W2"].flatten(1), dim=1)  # type: ignore[no-any-return]  # torch: Any
