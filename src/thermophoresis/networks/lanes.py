"""Stacks of replicas padded so that no bit of one depends on how many others run beside it."""

import torch
from torch import Tensor

# Arrays are padded to this many replicas, four of the widest vector registers: a remainder takes
# other code paths in torch (scalar exp, another order of summation), whose last bit differs, and a
# trajectory would depend on how many others run beside it.
LANES = 64

# Numbers in a cache line of 64 bytes: a matrix whose rows have a multiple of them is aligned as the
# first one of its stack is.
ALIGNMENT = 16
# Replicas of which so many numbers each fill whole vectors (`LANES`).
REPLICAS = LANES // ALIGNMENT


def at_least_two(value: Tensor) -> Tensor:
    """Return a stack of one replica as two equal ones, and any other stack as it is.

    A batch of one matrix product takes another code path in torch, whose last bit differs.
    """
    return value.repeat(2, *[1] * (value.ndim - 1)) if len(value) == 1 else value


def lane_sigmoid(values: Tensor) -> Tensor:
    """Return σ of a contiguous tensor, every element through the vector code path (see `LANES`)."""
    padded = torch.nn.functional.pad(values.reshape(-1), (0, -values.numel() % LANES))
    return torch.sigmoid(padded)[: values.numel()].view(values.shape)


def aligned_size(size: int) -> int:
    """Return the next multiple of `ALIGNMENT`."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def aligned(values: Tensor, axes: int) -> Tensor:
    """Return a stack with zeros at the end: of its last axes, and of the replicas.

    What is computed of it, element by element or by products of matrices, depends for no replica
    on how many others there are, nor on its place among them.

    Parameters
    ----------
    values
        (replica, …).
    axes
        How many of the last axes are filled up to multiples of `ALIGNMENT`.
    """
    padding = [0, 0] * values.ndim
    for axis in range(axes):
        size = values.shape[-1 - axis]
        padding[2 * axis + 1] = aligned_size(size) - size
    padding[-1] = -len(values) % REPLICAS
    return torch.nn.functional.pad(values, padding)
