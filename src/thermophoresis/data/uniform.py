"""Inputs x ~ U(0, 1), the case x_i ≥ 0 of the paper (A.6)."""

import torch
from torch import Tensor

from thermophoresis.data.drawing import Drawing

SOURCE = "synthetic: x ~ U(0, 1), drawn from the seeded stream of each replica"
VARIATES = "uniform"


def draw(drawing: Drawing, size: int, dtype: torch.dtype) -> Tensor:
    """Return inputs that are uniform on [0, 1), (replica, sample, input)."""
    return drawing.uniform(size, dtype)
