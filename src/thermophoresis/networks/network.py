"""Networks on stacked parameters: the leading axis of every array is the replica."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


class Network(Protocol):
    """What training needs of a network; see `two_layer.TwoLayer` and `layered.Layered`."""

    stepper: ClassVar[str]  # the module of `thermophoresis.simulations.sgd` that trains it

    @property
    def parameter_dimensions(self) -> dict[str, tuple[str, ...]]:
        """Names of the axes of each parameter of one replica."""

    def initialise(self, streams: Sequence[torch.Generator], dtype: torch.dtype) -> Parameters:
        """Draw initial parameters, one random stream for each replica."""

    def as_layered(self, parameters: Parameters) -> tuple[Any, Parameters]:
        """Return a `layered.Layered` that computes the same, and its stacked parameters."""
