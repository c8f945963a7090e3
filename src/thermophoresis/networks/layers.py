"""Layers on stacked parameters, and what chains of them hand from one to the next.

Parameters have the replica as leading axis and are shaped as in torch behind it: (out, in) for a
linear layer, (out, in, k, k) for a convolution.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from thermophoresis.networks.convolution import convolve


@dataclass(frozen=True)
class Linear:
    """z = W a + b on flattened inputs.

    Attributes
    ----------
    inputs, outputs
        Number of inputs and outputs.
    bias
        Whether there is a b.
    """

    inputs: int
    outputs: int
    bias: bool = True

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of W of one replica."""
        return (self.outputs, self.inputs)

    @property
    def fan_in(self) -> int:
        """Number of inputs of each output."""
        return self.inputs

    @property
    def fan_out(self) -> int:
        """Number of outputs that each input reaches."""
        return self.outputs

    def forward(self, a: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Map (replica, sample, …) to (replica, sample, output)."""
        a = a.flatten(2)
        if bias is None:
            return torch.bmm(a, weight.transpose(1, 2))
        return torch.baddbmm(bias[:, None], a, weight.transpose(1, 2))

    def backward(self, a: Tensor, weight: Tensor, delta: Tensor) -> Tensor:
        """Return the gradient with respect to a, shaped as a."""
        return torch.bmm(delta, weight).view(a.shape)

    def plain(self, a: Tensor, delta: Tensor) -> "Plain":
        """Return itself, and what it gets, as they are; see `Layer`."""
        return Plain(self, a, delta)

    def pull(self, a: Tensor, below: Tensor) -> Tensor:
        """Return the gradient as it is; see `Layer`."""
        return below


@dataclass(frozen=True)
class Convolution:
    """Valid convolution with stride 1 and square kernels.

    Attributes
    ----------
    inputs, outputs
        Number of channels before and after.
    kernel
        Edge length of the kernel.
    bias
        Whether each output channel has a b.
    """

    inputs: int
    outputs: int
    kernel: int
    bias: bool = True

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of W of one replica."""
        return (self.outputs, self.inputs, self.kernel, self.kernel)

    @property
    def fan_in(self) -> int:
        """Number of inputs of each output."""
        return self.inputs * self.kernel**2

    @property
    def fan_out(self) -> int:
        """Number of outputs that each input reaches, less at the edges of an image."""
        return self.outputs * self.kernel**2

    def forward(self, a: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Map (replica, sample, channel, row, column) to the same with smaller images."""
        return convolve(a, weight, bias)

    def plain(self, a: Tensor, delta: Tensor) -> "Plain":
        """Return itself, and what it gets, as they are; see `Layer`."""
        return Plain(self, a, delta)

    def pull(self, a: Tensor, below: Tensor) -> Tensor:
        """Return the gradient as it is; see `Layer`."""
        return below


class Plain(NamedTuple):
    """A layer as a linear layer or a convolution of something else, with the same parameters.

    Attributes
    ----------
    layer
        That linear layer or convolution.
    a
        What it got, (replica, sample, …).
    delta
        Gradient with respect to its output.
    """

    layer: Linear | Convolution
    a: Tensor
    delta: Tensor


class Layer(Protocol):
    """What a chain needs of a layer: a plain one between maps without parameters.

    `Linear` and `Convolution` are plain themselves. Others do something to what they get, or to
    what comes out, as `pooling.Pooled` and `strided.StridedConvolution` do, and leave the gradients
    of their parameters to a plain one.
    """

    @property
    def inputs(self) -> int:
        """Number of inputs, or channels before."""

    @property
    def outputs(self) -> int:
        """Number of outputs, or channels after."""

    @property
    def bias(self) -> bool:
        """Whether each output has a b."""

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of W of one replica."""

    @property
    def fan_in(self) -> int:
        """Number of inputs of each output."""

    @property
    def fan_out(self) -> int:
        """Number of outputs that each input reaches."""

    def forward(self, a: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        """Map (replica, sample, …) to the same of the next layer, before the activation."""

    def plain(self, a: Tensor, delta: Tensor) -> Plain:
        """Return the plain layer, what it gets and the gradient with respect to its output.

        Parameters
        ----------
        a
            What the layer gets, (replica, sample, …).
        delta
            Gradient with respect to its output, (replica, sample, …), perhaps with further axes
            behind the sample.
        """

    def pull(self, a: Tensor, below: Tensor) -> Tensor:
        """Return the gradient with respect to a from that with respect to what the plain one gets.

        Parameters
        ----------
        a
            What the layer gets, (replica, sample, …).
        below
            That gradient, perhaps with further axes behind the sample.
        """


class Inputs(list[Tensor]):
    """What each layer of a chain got, x first, each (replica, sample, …).

    Attributes
    ----------
    before
        From the second layer on, the pre-activations u of which it got σ(u); empty unless σ keeps
        them.
    """

    def __init__(self, inputs: Iterable[Tensor] = ()):
        super().__init__(inputs)
        self.before: list[Tensor] = []


class LayerGradient(NamedTuple):
    """How the loss depends on one layer.

    Attributes
    ----------
    layer
        The layer as a plain one; see `Layer`.
    a
        What it got, (replica, sample, …).
    delta
        Gradient of every sample's loss with respect to its output before the activation function.
    weight, bias
        Gradients with respect to its parameters, summed over samples; None without bias.
    """

    layer: Linear | Convolution
    a: Tensor
    delta: Tensor
    weight: Tensor
    bias: Tensor | None
