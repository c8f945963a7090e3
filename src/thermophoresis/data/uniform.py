"""Inputs x ~ U(0, 1), the case x_i ≥ 0 of the paper (A.6)."""

import torch
from torch import Tensor

SOURCE = "synthetic: x ~ U(0, 1), drawn from the seeded stream of each replica"


def fill(row: Tensor, stream: torch.Generator) -> None:
    """Fill a tensor with the next variates of a stream, uniform on [0, 1), in place."""
    row.uniform_(generator=stream)
