"""Stacks of replicas padded so that no bit of one depends on how many others run beside it."""

from collections.abc import Callable

import torch
from torch import Tensor

# Arrays are padded to this many replicas, four of the widest vector registers: a remainder takes
# other code paths in torch (scalar exp, another order of summation), whose last bit differs, and a
# trajectory would depend on how many others run beside it.
LANES = 64


def at_least_two(value: Tensor) -> Tensor:
    """Return a stack of one replica as two equal ones, and any other stack as it is.

    A batch of one matrix product takes another code path in torch, whose last bit differs.
    """
    return value.repeat(2, *[1] * (value.ndim - 1)) if len(value) == 1 else value


def lane_sigmoid(values: Tensor) -> Tensor:
    """Return σ of a contiguous tensor, every element through the vector code path (see `LANES`)."""
    return by_lanes(torch.sigmoid, values)


def by_lanes(function: Callable[[Tensor], Tensor], values: Tensor) -> Tensor:
    """Return an elementwise function of a tensor, every element through the vector code path."""
    padded = torch.nn.functional.pad(values.reshape(-1), (0, -values.numel() % LANES))
    return function(padded)[: values.numel()].view(values.shape)
