"""A user's own `torch.nn.Module` on stacked parameters, by `torch.func`.

Parameters are a dictionary of stacked tensors, leading axis replica, under the names that the
module gives them (``hidden.0.weight``). Nothing is known of what it computes: gradients are those
of automatic differentiation, which takes longer than the closed forms of chains of layers do.

Replicas are computed `TOGETHER` at a time, never more and never fewer: with another number torch
may compute products in another order, and the last bit of a trajectory would depend on how many
others run beside it. What is missing to the number is filled up.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Never

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from thermophoresis.config.initialisation import Initialisation, InitialisationSettings
from thermophoresis.config.networks.module import ModuleNetwork
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.initialisation import Shape, initialise
from thermophoresis.networks.layers import Inputs
from thermophoresis.networks.losses.cross_entropy import CROSS_ENTROPY
from thermophoresis.networks.module_checks import (
    check_behaviour,
    check_constants,
    check_parts,
    check_scale,
)
from thermophoresis.networks.network import Loss, Parameters
from thermophoresis.networks.own_class import OwnClass

# Few calls of torch for many replicas, and little that is computed in vain where there are few.
TOGETHER = 32
# Gradients of single samples are held at a time for as many samples as make about this many
# numbers.
CHUNK_NUMBERS = 2**21


def build(
    settings: ModuleNetwork, sample_shape: tuple[int, ...] | None, classes: int | None
) -> "OwnModule":
    """Return the network for samples of a shape.

    Parameters
    ----------
    settings
        Where its class is, and with which arguments it is called.
    sample_shape
        Shape of one input; None where that is not known yet, so that only what does not depend on
        it is checked.
    classes
        Number of classes, or None for one logit and labels 0/1.

    Raises
    ------
    UserError
        It cannot be loaded, made or trained; the error says why.
    """
    own = OwnClass(settings)
    skeletons = {
        dtype: own.make(_some_stream(0), dtype) for dtype in (torch.float32, torch.float64)
    }
    check_parts(own, skeletons[torch.float32])
    network = OwnModule(own, skeletons, classes, settings.init)
    check_constants(network, own.make(_some_stream(1), torch.float64))
    if isinstance(settings.init, InitialisationSettings):
        check_scale(own, settings.init, network.shapes)
    if sample_shape is not None:
        for dtype in skeletons:
            with own.importing():
                check_behaviour(network, sample_shape, dtype)
    return network


@dataclass(frozen=True)
class OwnModule:
    """A user's own network, for many replicas at once.

    Attributes
    ----------
    own
        Its class.
    skeletons
        What functions are called with, for each type of numbers; the parameters of these objects
        are never looked at.
    classes
        Number of classes, or None for one logit and labels 0/1.
    init
        How initial parameters are drawn.
    loss
        What it is trained on.
    """

    own: OwnClass
    skeletons: Mapping[torch.dtype, nn.Module]
    classes: int | None = None
    init: Initialisation = "torch_default"
    loss: Loss = CROSS_ENTROPY

    # Of its own it has none: its steps are those of any network with a gradient.

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each parameter of one replica."""
        named = self.skeletons[torch.float32].named_parameters()
        return {name: tuple(value.shape) for name, value in named}

    @property
    def parameter_count(self) -> int:
        """Number of parameters P of one replica."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    @property
    def parameter_dimensions(self) -> dict[str, tuple[str, ...]]:
        """Names of the axes of each parameter of one replica."""
        return {
            name: tuple(f"{name}_axis_{number}" for number in range(1, len(shape) + 1))
            for name, shape in self.shapes.items()
        }

    def initialise(
        self, streams: Sequence[torch.Generator], dtype: torch.dtype = torch.float32
    ) -> Parameters:
        """Draw initial parameters: as the constructor does, or as ``init`` says.

        Parameters
        ----------
        streams
            One random stream for each replica.
        dtype
            Floating-point type of the parameters.

        Raises
        ------
        UserError
            ``init`` asks for fans, and there is a parameter that is neither weight nor bias.
        """
        init = self.init
        if isinstance(init, InitialisationSettings) and init.kind != "torch_default":
            return initialise(init, self._fans(init.kind), streams, dtype)
        drawn = [dict(self.own.make(stream, dtype).named_parameters()) for stream in streams]
        parameters = {
            name: torch.stack([of_one[name].detach().to(dtype) for of_one in drawn])
            for name in self.shapes
        }
        if isinstance(init, InitialisationSettings):
            for name, factor in init.scale.items():
                parameters[name].mul_(float(factor))
        return parameters

    def _fans(self, kind: str) -> dict[str, Shape]:
        """Return parameters with their fans, as far as their names tell which is a bias."""
        found = {}
        for name, shape in self.shapes.items():
            layer, _, last = name.rpartition(".")
            weight = shape if len(shape) > 1 else ()
            if is_bias := last == "bias" and len(shape) == 1:
                weight = self.shapes.get(f"{layer}.weight".lstrip("."), ())
            if len(weight) < 2:
                raise self.own.refused(
                    f"network.init: got {kind}; must be torch_default, with which the class draws "
                    f"its parameters itself: {name} of shape {list(shape)} is neither a weight of "
                    "two axes or more (output, input, …) nor the bias beside one"
                )
            field = math.prod(weight[2:])
            found[name] = Shape(shape, weight[1] * field, weight[0] * field, is_bias=is_bias)
        return found

    def as_layered(self, parameters: Parameters) -> Never:
        """Refuse to be a chain of layers.

        Raises
        ------
        UserError
            Always.
        """
        raise self.own.refused("is no chain of layers, for which alone this is defined")

    def logits_of_one(self, parameters: Parameters, x: Tensor) -> Tensor:
        """Run the network of one replica: from (sample, …) to (sample, class) or (sample, 1)."""
        outputs: Any = functional_call(self.skeletons[x.dtype], parameters, (x,))
        logits: Tensor = outputs[:, None] if outputs.ndim == 1 else outputs
        return logits

    def activations(self, parameters: Parameters, x: Tensor) -> tuple[Inputs, Tensor]:
        """Run the network; arguments and what is returned as of `layered.Layered.activations`.

        There are no layers: the one input is x.
        """
        logits = [
            self.logits_of_one({name: value[replica] for name, value in parameters.items()}, own)
            for replica, own in enumerate(x)
        ]
        return Inputs([x]), torch.stack(logits)

    def gradient(self, parameters: Parameters, x: Tensor, y: Tensor) -> Parameters:
        """Return the gradient of every replica's mean loss on its batch.

        Parameters
        ----------
        parameters
            Stacked parameters.
        x, y
            Inputs (replica, sample, …) and labels (replica, sample).

        Returns
        -------
        dict
            Stacked as the parameters.
        """
        parts = [
            self.gradient_of_each(
                {name: _filled_up(value, first) for name, value in parameters.items()},
                _filled_up(x, first),
                _filled_up(y, first),
            )
            for first in range(0, len(y), TOGETHER)
        ]
        return {name: torch.cat([part[name] for part in parts])[: len(y)] for name in parameters}

    def gradient_of_each(self, parameters: Parameters, x: Tensor, y: Tensor) -> Parameters:
        """Return what `gradient` does, of all replicas in one."""
        leaves = {name: value.detach().requires_grad_() for name, value in parameters.items()}
        with torch.enable_grad():
            logits = vmap(self.logits_of_one, randomness="error")(leaves, x)
        residual = self.loss.residual(logits.detach(), y, self.classes) / y.shape[1]
        found = torch.autograd.grad(logits, list(leaves.values()), residual, materialize_grads=True)
        return dict(zip(leaves, found, strict=True))

    def gradient_moments(
        self, parameters: Parameters, x: Tensor, y: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return sums over gradients of the loss of single samples, ∇ℓ_n.

        Parameters
        ----------
        parameters, x, y
            As for `gradient`, with S samples.

        Returns
        -------
        square_norm_sum, mean_gradient_square
            Σ_n ‖∇ℓ_n‖² and ‖Σ_n ∇ℓ_n / S‖², each (replica,).
        """
        found = [
            self._moments_of_one(
                {name: value[replica] for name, value in parameters.items()}, x[replica], y[replica]
            )
            for replica in range(len(y))
        ]
        squares, means = zip(*found, strict=True)
        return torch.stack(squares), torch.stack(means)

    def _moments_of_one(
        self, parameters: Parameters, x: Tensor, y: Tensor
    ) -> tuple[Tensor, Tensor]:
        chunk = max(1, CHUNK_NUMBERS // self.parameter_count)
        square = x.new_zeros(())
        total = {name: torch.zeros_like(value) for name, value in parameters.items()}
        for first in range(0, len(y), chunk):
            # Every sample is a replica of its own.
            own = x[first : first + chunk, None], y[first : first + chunk, None]
            of_samples = {
                name: value.expand(len(own[1]), *value.shape) for name, value in parameters.items()
            }
            for name, gradient in self.gradient_of_each(of_samples, *own).items():
                square = square + (gradient**2).sum()
                total[name] += gradient.sum(0)
        mean = sum(((value / len(y)) ** 2).sum() for value in total.values())
        return square, torch.as_tensor(mean)


def _some_stream(number: int) -> torch.Generator:
    """Return a stream for networks that are no replica's."""
    return generator(number, 0, Purpose.INITIALISATION)


def _filled_up(value: Tensor, first: int) -> Tensor:
    """Return `TOGETHER` replicas from one on, in memory of their own; the last one repeats."""
    part = value[first : first + TOGETHER]
    missing = TOGETHER - len(part)
    filled = [part, part[-1:].expand(missing, *part.shape[1:])] if missing else [part]
    return torch.cat(filled).contiguous()
