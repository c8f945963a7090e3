"""Networks on stacked parameters: the leading axis of every array is the replica."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


class Network(Protocol):
    """What training needs of a network; see `two_layer.TwoLayer` and `layered.Layered`."""

    compiles: ClassVar[bool]

    @property
    def parameter_dimensions(self) -> dict[str, tuple[str, ...]]:
        """Names of the axes of each parameter of one replica."""

    def initialise(self, streams: Sequence[torch.Generator], dtype: torch.dtype) -> Parameters:
        """Draw initial parameters, one random stream for each replica."""

    def block_replicas(self, dtype: torch.dtype) -> int:
        """Return how many replicas to train together."""

    def make_stepper(
        self, parameters: Parameters, *, learning_rate: float, batch_size: int, compiled: bool
    ) -> Any:
        """Return SGD on this network, a `thermophoresis.sgd.Stepper`."""

    def as_layered(self, parameters: Parameters) -> tuple[Any, Parameters]:
        """Return a `layered.Layered` that computes the same, and its stacked parameters."""
