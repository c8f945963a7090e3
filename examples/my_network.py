"""A network of one's own: a residual block, which no kind of the package has."""

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """One logit from tanh units with a way around them.

    Parameters
    ----------
    inputs
        Number of components of a sample.
    width
        Number of hidden units.
    """

    def __init__(self, inputs: int, width: int = 16):
        super().__init__()
        self.enter = nn.Linear(inputs, width)
        self.block = nn.Linear(width, width)
        self.leave = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (sample, 1) of samples (sample, input)."""
        hidden = torch.tanh(self.enter(x))
        return self.leave(hidden + torch.tanh(self.block(hidden)))
