"""Feed-forward networks of any depth on stacked parameters, with SGD written out by hand.

Parameters are a dictionary of stacked tensors, leading axis replica: ``W1``, ``b1``, ``W2``, …, one
pair for each layer (``b`` absent in layers without bias), shaped as in torch behind the replica:
(out, in) for a linear layer, (out, in, k, k) for a convolution.

A network ends in one logit (labels 0/1) or in one logit for each of several classes (labels are
class indices). What it is trained on is its loss: cross entropy, or another of `losses`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from thermophoresis.config.initialisation import Initialisation
from thermophoresis.networks.activation import ACTIVATIONS, Activation
from thermophoresis.networks.convolution import convolve_backward
from thermophoresis.networks.initialisation import Shape, initialise
from thermophoresis.networks.lanes import aligned, aligned_size
from thermophoresis.networks.layers import Inputs, Layer, LayerGradient, Linear
from thermophoresis.networks.losses.cross_entropy import CROSS_ENTROPY
from thermophoresis.networks.network import Loss, Parameters


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
    sample_shape
        Channels, rows and columns of the images that it gets; None of other inputs.
    """

    layers: tuple[Layer, ...]
    classes: int | None = None
    activation: str = "relu"
    init: Initialisation = "torch_default"
    loss: Loss = CROSS_ENTROPY
    sample_shape: tuple[int, ...] | None = None

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

    def gradient(
        self, parameters: Parameters, x: Tensor, y: Tensor, weights: Tensor | None = None
    ) -> Parameters:
        """Return the gradient of every replica's mean loss; see `network.Network`.

        Linear layers are widened by silent units, so that every replica's arrays are equally
        aligned. Others are taken one replica after the other, on a CPU.

        Parameters
        ----------
        parameters, x, y
            As of `network.Network`.
        weights
            Of samples, (replica, sample): the gradient of their weighted sum instead of the mean.
        """
        if all(isinstance(layer, Linear) for layer in self.layers):
            return self._aligned_gradient(parameters, x, y, weights)
        if x.is_cuda:
            return self._gradient(parameters, x, y, weights)
        found: list[Parameters] = []
        for replica in range(len(x)):
            # Copies: memory that is allocated is aligned.
            own = slice(replica, replica + 1)
            alone = {name: value[own].clone() for name, value in parameters.items()}
            weighted = None if weights is None else weights[own]
            found.append(self._gradient(alone, x[own].clone(), y[own], weighted))
        return {name: torch.cat([it[name] for it in found]) for name in parameters}

    def _gradient(
        self, parameters: Parameters, x: Tensor, y: Tensor, weights: Tensor | None
    ) -> Parameters:
        inputs, logits = self.activations(parameters, x)
        delta = _of_samples(self.residual(logits, y), weights, x.shape[1])
        return self._by_name(self.backward(parameters, inputs, delta))

    def _aligned_gradient(
        self, parameters: Parameters, x: Tensor, y: Tensor, weights: Tensor | None
    ) -> Parameters:
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
        weights = None if weights is None else aligned(weights, axes=0)
        residual = self.residual(logits[..., :outputs], aligned(y, axes=0))
        delta = _of_samples(residual, weights, x.shape[1])
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


def _of_samples(residual: Tensor, weights: Tensor | None, samples: int) -> Tensor:
    """Return residuals (replica, sample, class) times weights, or as they enter a mean."""
    return residual.div_(samples) if weights is None else residual.mul_(weights[..., None])
