"""Networks on stacked parameters: the leading axis of every array is the replica."""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

Parameters = dict[str, Tensor]


class Loss(Protocol):
    """What is made small by training; see the modules of `losses`.

    Logits are (…, class), or (…, 1) with labels 0/1, where ``classes`` is None; labels y are (…).
    """

    def of_samples(self, logits: Tensor, y: Tensor, classes: int | None) -> Tensor:
        """Return the loss of every sample, shaped as y; autograd can differentiate it."""

    def residual(self, logits: Tensor, y: Tensor, classes: int | None) -> Tensor:
        """Return the derivative of every sample's loss with respect to the logits, a new tensor."""

    def output_hessian(self, logits: Tensor, classes: int | None) -> Tensor:
        """Return the second derivatives with respect to the logits, (…, class, class)."""


class Network(Protocol):
    """What training needs of a network; see `two_layer.TwoLayer` and `layered.Layered`.

    A network is a data class with a field ``loss``, which `load.build` replaces.
    """

    @property
    def loss(self) -> Loss:
        """What is made small."""

    @property
    def classes(self) -> int | None:
        """Number of classes, or None for a single logit and labels 0/1."""

    @property
    def parameter_count(self) -> int:
        """Number of parameters of one replica."""

    @property
    def parameter_dimensions(self) -> dict[str, tuple[str, ...]]:
        """Names of the axes of each parameter of one replica."""

    def initialise(self, streams: Sequence[torch.Generator], dtype: torch.dtype) -> Parameters:
        """Draw initial parameters, one random stream for each replica."""

    def gradient(self, parameters: Parameters, x: Tensor, y: Tensor) -> Parameters:
        """Return the gradient of every replica's loss, averaged over the samples it is given.

        No bit of a replica's gradient depends on the others. x is (replica, sample, …), y (replica,
        sample); what is returned has the names and shapes of the parameters.
        """

    def as_layered(self, parameters: Parameters) -> tuple[Any, Parameters]:
        """Return a `layered.Layered` that computes the same, and its stacked parameters."""
