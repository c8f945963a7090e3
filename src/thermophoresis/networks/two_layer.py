"""The paper's two-layer network f(x) = V σ(W x + b), ReLU, scalar output (Section 3).

Parameters are a dictionary of stacked tensors, leading axis replica:

========  =========================  ==========================================
``W``     (replica, hidden, input)   first-layer weights
``b``     (replica, hidden)          biases; absent when the network has none
``V``     (replica, hidden)          second-layer weights
========  =========================  ==========================================
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from thermophoresis.config.initialisation import Initialisation
from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.networks.initialisation import Shape, initialise
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.cross_entropy import CROSS_ENTROPY
from thermophoresis.networks.network import Loss, Parameters


@dataclass(frozen=True)
class TwoLayer:
    """A two-layer ReLU network with scalar output.

    Attributes
    ----------
    inputs
        Input dimension M.
    hidden
        Number of hidden units N.
    bias
        Whether the hidden units have a bias b.
    init
        How initial parameters are drawn.
    loss
        What it is trained on.
    noise
        η/|B| of its training, which the plateau of V is proportional to; None where that is not
        known.
    """

    inputs: int
    hidden: int
    bias: bool = True
    init: Initialisation = "torch_default"
    loss: Loss = CROSS_ENTROPY
    noise: float | None = None

    classes: ClassVar[None] = None

    @property
    def parameter_count(self) -> int:
        """Number of parameters P of one replica."""
        return self.hidden * (self.inputs + 1 + self.bias)

    def initialise(
        self, streams: Sequence[torch.Generator], dtype: torch.dtype = torch.float32
    ) -> Parameters:
        """Draw initial parameters as ``init`` says.

        Parameters
        ----------
        streams
            One random stream for each replica.
        dtype
            Floating-point type of the parameters.
        """
        shapes = {"W": Shape((self.hidden, self.inputs), self.inputs, self.hidden)}
        if self.bias:
            shapes["b"] = Shape((self.hidden,), self.inputs, self.hidden, is_bias=True)
        shapes["V"] = Shape((self.hidden,), self.hidden, 1)
        # Where noise holds V, with W and b fixed and η small: ‖V‖² = N η/(2|B|).
        plateau = None if self.noise is None else math.sqrt(self.hidden * self.noise / 2)
        return initialise(self.init, shapes, streams, dtype, plateau=plateau)

    @property
    def parameter_dimensions(self) -> dict[str, tuple[str, ...]]:
        """Names of the axes of each parameter of one replica."""
        names = {"W": ("hidden", "input"), "b": ("hidden",), "V": ("hidden",)}
        return {name: axes for name, axes in names.items() if self.bias or name != "b"}

    @cached_property
    def chain(self) -> Layered:
        """The same network as a chain of layers."""
        first = Linear(self.inputs, self.hidden, self.bias)
        return Layered((first, Linear(self.hidden, 1, bias=False)), loss=self.loss)

    def as_layered(self, parameters: Parameters) -> tuple[Layered, Parameters]:
        """Return the same network, and views of its stacked parameters, as a chain of layers."""
        views = {"W1": parameters["W"], "W2": parameters["V"][:, None]}
        if self.bias:
            views["b1"] = parameters["b"]
        return self.chain, views

    def gradient(
        self, parameters: Parameters, x: Tensor, y: Tensor, weights: Tensor | None = None
    ) -> Parameters:
        """Return the gradient of every replica's mean loss; see `Layered.gradient`."""
        chain, views = self.as_layered(parameters)
        found = chain.gradient(views, x, y, weights)
        named = {"W": found["W1"], "V": found["W2"][:, 0]}
        return named | ({"b": found["b1"]} if self.bias else {})

    def hidden_units(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Return σ(W x + b).

        Parameters
        ----------
        parameters
            Stacked parameters.
        x
            Inputs, (replica, sample, input).

        Returns
        -------
        Tensor
            Shape (replica, sample, hidden).
        """
        weights = parameters["W"].transpose(1, 2)
        if self.bias:
            return torch.baddbmm(parameters["b"][:, None], x, weights).relu_()
        return torch.bmm(x, weights).relu_()

    def forward(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Return the scalar output f(x) of shape (replica, sample); arguments as `hidden_units`."""
        return torch.einsum("rsn,rn->rs", self.hidden_units(parameters, x), parameters["V"])


def build(
    settings: TwoLayerNetwork, sample_shape: tuple[int, ...], classes: int | None
) -> TwoLayer | Layered:
    """Return the network for samples of a shape.

    Parameters
    ----------
    settings
        The number of hidden units and whether they have biases.
    sample_shape
        Shape of one input, which is flattened.
    classes
        Number of classes, or None for the scalar output of the paper's theory. With classes, V has
        one row for each (Figs. 11–14). The general engine trains these networks, and those
        without ReLU.
    """
    inputs = math.prod(sample_shape)
    if classes is None and settings.activation == "relu":
        return TwoLayer(inputs, settings.hidden, settings.bias, settings.init)
    first = Linear(inputs, settings.hidden, settings.bias)
    last = Linear(settings.hidden, classes or 1, bias=False)
    return Layered((first, last), classes, settings.activation, settings.init)
