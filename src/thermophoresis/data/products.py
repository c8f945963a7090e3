"""Products with weights whose bits do not depend on how many samples there are beside one."""

import torch
from torch import Tensor

# Samples at a time, so that what is made on the way stays in the cache.
CHUNK = 4096


def products(x: Tensor, weights: Tensor) -> Tensor:
    """Return W x of every sample, in float64.

    Libraries sum in an order that depends on the shapes. Here components are added one after the
    other, so that a sample has the same labels however a stream is cut.

    Parameters
    ----------
    x
        Inputs, (sample, input).
    weights
        W, (unit, input), float64.

    Returns
    -------
    Tensor
        Shape (unit, sample), float64.
    """
    out = torch.zeros(len(weights), len(x), dtype=torch.float64, device=x.device)
    for first in range(0, len(x), CHUNK):
        components = x[first : first + CHUNK].double().T.contiguous()
        for component, column in zip(components, weights.T, strict=True):
            out[:, first : first + CHUNK] += column[:, None] * component
    return out
