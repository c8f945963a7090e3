"""Inputs x ~ N(0, I), "often found when the data are normalized" (A.6)."""

import torch
from torch import Tensor

SOURCE = "synthetic: x ~ N(0, I), drawn from the seeded stream of each replica"


def fill(row: Tensor, stream: torch.Generator) -> None:
    """Fill a tensor with the next standard normal variates of a stream, in place."""
    row.normal_(generator=stream)
