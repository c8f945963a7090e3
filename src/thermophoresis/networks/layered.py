"""Feed-forward networks of any depth on stacked parameters, with SGD written out by hand.

Parameters are a dictionary of stacked tensors, leading axis replica: ``W1``, ``b1``, ``W2``, …, one
pair for each layer (``b`` absent in layers without bias), shaped as in torch behind the replica:
(out, in) for a linear layer, (out, in, k, k) for a convolution.

A network ends in one logit (labels 0/1) or in one logit for each of several classes (labels are
class indices). What it is trained on is its loss: cross entropy, or another of `losses`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor

from thermophoresis.config.initialisation import Initialisation
from thermophoresis.networks.activation import ACTIVATIONS, Activation
from thermophoresis.networks.convolution import convolve, convolve_backward
from thermophoresis.networks.initialisation import Shape, initialise
from thermophoresis.networks.lanes import aligned, aligned_size
from thermophoresis.networks.losses.cross_entropy import CROSS_ENTROPY
from thermophoresis.networks.network import Loss, Parameters


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

    def descend(
        self, a: Tensor, weight: Tensor, bias: Tensor | None, delta: Tensor, rate: float
    ) -> None:
        """Add ``rate`` times the gradients, summed over samples, to weight and bias, in place."""
        weight.baddbmm_(delta.transpose(1, 2), a.flatten(2), alpha=rate)
        if bias is not None:
            bias.add_(delta.sum(1), alpha=rate)

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

    def backward_and_descend(
        self,
        a: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        delta: Tensor,
        rate: float,
        *,
        need_input: bool,
    ) -> Tensor | None:
        """Add ``rate`` times the gradients in place; return the gradient with respect to a."""
        weight_gradient, bias_gradient, below = convolve_backward(
            a, weight, delta, need_input=need_input
        )
        weight.add_(weight_gradient, alpha=rate)
        if bias is not None:
            bias.add_(bias_gradient, alpha=rate)
        return below

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


@dataclass(frozen=True)
class Layered:
    """A chain of layers with an activation function between them.

    Attributes
    ----------
    layers
        From input to output.
    classes
        Number of classes, or None for a single logit and labels 0/1.
    activation
        Name of the activation function, a key of `activation.ACTIVATIONS`.
    init
        How initial parameters are drawn.
    loss
        What it is trained on.
    """

    layers: tuple[Layer, ...]
    classes: int | None = None
    activation: str = "relu"
    init: Initialisation = "torch_default"
    loss: Loss = CROSS_ENTROPY

    stepper: ClassVar[str] = "layered"

    @property
    def sigma(self) -> Activation:
        """The activation function σ."""
        return ACTIVATIONS[self.activation]

    @property
    def parameter_count(self) -> int:
        """Number of parameters P of one replica."""
        return sum(
            torch.Size(layer.weight_shape).numel() + layer.outputs * layer.bias
            for layer in self.layers
        )

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
        shapes = {}
        for number, layer in enumerate(self.layers, start=1):
            fans = layer.fan_in, layer.fan_out
            shapes[f"W{number}"] = Shape(layer.weight_shape, *fans)
            if layer.bias:
                shapes[f"b{number}"] = Shape((layer.outputs,), *fans, is_bias=True)
        return initialise(self.init, shapes, streams, dtype)

    @property
    def parameter_dimensions(self) -> dict[str, tuple[str, ...]]:
        """Names of the axes of each parameter of one replica."""
        names = {}
        edges = {layer.weight_shape[2:] for layer in self.layers if len(layer.weight_shape) == 4}
        for number, layer in enumerate(self.layers, start=1):
            # Axes of one name have one length.
            which = f"_{number}" if len(edges) > 1 else ""
            is_image = len(layer.weight_shape) == 4
            kernel = (f"kernel_row{which}", f"kernel_column{which}") if is_image else ()
            names[f"W{number}"] = (f"output_{number}", f"input_{number}", *kernel)
            if layer.bias:
                names[f"b{number}"] = (f"output_{number}",)
        return names

    def as_layered(self, parameters: Parameters) -> tuple["Layered", Parameters]:
        """Return the network and its parameters as they are; see `two_layer.TwoLayer`."""
        return self, parameters

    def activations(self, parameters: Parameters, x: Tensor) -> tuple[Inputs, Tensor]:
        """Run the network.

        Parameters
        ----------
        parameters
            Stacked parameters.
        x
            Inputs, (replica, sample, …).

        Returns
        -------
        inputs, logits
            What each layer got, x first, each (replica, sample, …); and the outputs, (replica,
            sample, class), or (replica, sample, 1).
        """
        inputs = Inputs()
        for number, layer in enumerate(self.layers, start=1):
            if number > 1 and self.sigma.keeps_u:
                inputs.before.append(x)
            inputs.append(x if number == 1 else self.sigma.apply_(x))
            x = layer.forward(inputs[-1], parameters[f"W{number}"], parameters.get(f"b{number}"))
        return inputs, x

    def slope(self, inputs: Inputs, index: int) -> Tensor:
        """Return σ'(u) where ``inputs[index]`` is σ(u), shaped as it."""
        u = inputs.before[index - 1] if self.sigma.keeps_u else None
        return self.sigma.slope(u, inputs[index])

    def residual(self, logits: Tensor, y: Tensor) -> Tensor:
        """Return the derivative of every sample's loss with respect to the logits, shaped as these.

        For cross entropy it is p − y. y is (replica, sample), 0/1 or class indices.
        """
        return self.loss.residual(logits, y, self.classes)

    def backward(
        self, parameters: Parameters, inputs: Inputs, delta: Tensor
    ) -> Iterator["LayerGradient"]:
        """Propagate the gradient with respect to the logits back through the network.

        Parameters
        ----------
        parameters
            Stacked parameters.
        inputs
            What each layer got, from `activations`.
        delta
            Gradient with respect to the logits, (replica, sample, class), one for each sample.

        Yields
        ------
        LayerGradient
            From the last layer to the first.
        """
        for number in range(len(self.layers), 0, -1):
            weight, of_chain = parameters[f"W{number}"], self.layers[number - 1]
            layer, a, delta = of_chain.plain(inputs[number - 1], delta)
            below = None
            if isinstance(layer, Linear):
                gradient, bias = torch.bmm(delta.transpose(1, 2), a.flatten(2)), delta.sum(1)
                if number > 1:
                    below = layer.backward(a, weight, delta)
            else:
                gradient, bias, below = convolve_backward(a, weight, delta, need_input=number > 1)
            yield LayerGradient(layer, a, delta, gradient, bias if layer.bias else None)
            if below is not None:
                below = of_chain.pull(inputs[number - 1], below)
                delta = below.mul_(self.slope(inputs, number - 1))

    def gradient(self, parameters: Parameters, x: Tensor, y: Tensor) -> Parameters:
        """Return the gradient of every replica's mean loss; see `network.Network`.

        Linear layers are widened by silent units, so that every replica's arrays are equally
        aligned. Others are taken one replica after the other, on a CPU.
        """
        if all(isinstance(layer, Linear) for layer in self.layers):
            return self._aligned_gradient(parameters, x, y)
        if x.is_cuda:
            return self._gradient(parameters, x, y)
        found: list[Parameters] = []
        for replica in range(len(x)):
            # Copies: memory that is allocated is aligned.
            own = slice(replica, replica + 1)
            alone = {name: value[own].clone() for name, value in parameters.items()}
            found.append(self._gradient(alone, x[own].clone(), y[own]))
        return {name: torch.cat([it[name] for it in found]) for name in parameters}

    def _gradient(self, parameters: Parameters, x: Tensor, y: Tensor) -> Parameters:
        inputs, logits = self.activations(parameters, x)
        delta = self.residual(logits, y).div_(x.shape[1])
        return self._by_name(self.backward(parameters, inputs, delta))

    def _aligned_gradient(self, parameters: Parameters, x: Tensor, y: Tensor) -> Parameters:
        """Return the gradient of a chain of linear layers, from arrays filled up with zeros."""
        wide = {
            name: aligned(value, axes=2 if name.startswith("W") else 1)
            for name, value in parameters.items()
        }
        layers = tuple(
            Linear(aligned_size(layer.inputs), aligned_size(layer.outputs), layer.bias)
            for layer in self.layers
        )
        chain, outputs = replace(self, layers=layers), self.layers[-1].outputs
        inputs, logits = chain.activations(wide, aligned(x.flatten(2), axes=1))
        delta = self.residual(logits[..., :outputs], aligned(y, axes=0)).div_(x.shape[1])
        found = chain._by_name(chain.backward(wide, inputs, aligned(delta, axes=1)))
        return {
            name: found[name][tuple(slice(size) for size in value.shape)]
            for name, value in parameters.items()
        }

    def _by_name(self, layers: Iterator["LayerGradient"]) -> Parameters:
        """Return the gradients of all parameters, from the last layer to the first."""
        found: Parameters = {}
        for number, layer in zip(range(len(self.layers), 0, -1), layers, strict=True):
            found[f"W{number}"] = layer.weight
            if layer.bias is not None:
                found[f"b{number}"] = layer.bias
        return found
