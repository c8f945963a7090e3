"""What steppers have in common that make all steps of a draw in one launch of a kernel."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import torch
import triton
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.draws import on_gpu
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.cross_entropy import CrossEntropy
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd.gpu import arithmetic
from thermophoresis.simulations.state import named, part

ACTIVATIONS = {
    "identity": arithmetic.IDENTITY,
    "relu": arithmetic.RELU,
    "tanh": arithmetic.TANH,
}


def padded(size: int, piece: int) -> int:
    """Return the next whole number of pieces."""
    return -(-size // piece) * piece


class Call(NamedTuple):
    """The launch of a kernel.

    Attributes
    ----------
    kernel
        A function of Triton.
    programs
        How many run.
    arguments
        Those that are known only then.
    constants
        Those that it is compiled for, and how: all others, by name.
    """

    kernel: Any
    programs: int
    arguments: tuple[Tensor | int, ...]
    constants: dict[str, int]


class KernelSGD(ABC):
    """SGD on a block of replicas of a chain of linear layers; see `engine.Stepper`.

    No bit of a replica depends on the others. Parameters and velocities keep the names and shapes
    that they have in the network.

    Parameters
    ----------
    network
        The network; see `covers`.
    state
        What `steppers.initial_state` or `state` returned.
    dynamics
        Momentum and the others.
    rate
        η of the step that leads from a number of updates to the next.
    batch_size
        Largest |B|.
    residuals_given
        Whether what is loaded instead of labels are the residuals themselves.
    """

    def __init__(
        self,
        network: Network,
        state: Mapping[str, Tensor],
        *,
        dynamics: SGD,
        rate: Callable[[int], float],
        batch_size: int,
        residuals_given: bool = False,
    ):
        self._dynamics, self._rate, self._batch_size = dynamics, rate, batch_size
        parameters, velocity = part(state, "parameters"), {}
        if dynamics.momentum:
            # The buffer after the first step is its gradient, whatever multiplies 0 before.
            zeros = {name: torch.zeros_like(value) for name, value in parameters.items()}
            velocity = zeros | part(state, "momentum")
        self._steps = int(state["steps"])
        self._shapes = {name: value.shape for name, value in parameters.items()}
        first = next(iter(parameters.values()))
        self._replicas, self._dtype, self._device = len(first), first.dtype, first.device
        self._network = network
        self._chain, views = network.as_layered(parameters)
        # By the chain's names those of the network, whose memory they share.
        pointers = {value.data_ptr(): name for name, value in parameters.items()}
        self._own_names = {name: pointers[value.data_ptr()] for name, value in views.items()}
        self._loss = arithmetic.CROSS_ENTROPY
        targets = 0.0, 1.0
        if residuals_given:
            self._loss = arithmetic.GIVEN
        elif isinstance(self._chain.loss, Squared):
            self._loss, targets = arithmetic.SQUARED, self._chain.loss.targets
        numbers = dynamics.momentum, dynamics.weight_decay, *targets
        self._numbers = torch.tensor(numbers, dtype=torch.float64, device=self._device)
        self._lay_out()
        self._theta = self._packed(parameters)
        # Without momentum something that is not read.
        self._velocity = self._packed(velocity) if velocity else self._theta

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps; see `engine.Stepper.load`."""
        self._x, self._y = x.flatten(2).contiguous(), y.contiguous()
        self._set_ends(sizes)

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        if stop == start:
            return
        rates = [self._rate(self._steps + step) for step in range(stop - start)]
        of_steps = torch.tensor(rates, dtype=torch.float64).to(self._device, non_blocking=True)
        call = self.call(of_steps, self._ends[start : stop + 1])
        with on_gpu.on(self._device):
            call.kernel[(call.programs,)](*call.arguments, **call.constants, **on_gpu.COMPILED)
        self._steps += stop - start

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return self._unpacked(self._theta)

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that the steps to come depend on, but their samples."""
        velocity = self._unpacked(self._velocity) if self._dynamics.momentum else {}
        held = named("parameters", self.parameters()) | named("momentum", velocity)
        return held | {"steps": torch.tensor(self._steps)}

    def _set_ends(self, sizes: Sequence[int]) -> None:
        ends = torch.tensor([0, *accumulate(sizes)], dtype=torch.int32)
        self._ends = ends.to(self._device, non_blocking=True)

    @abstractmethod
    def _lay_out(self) -> None:
        """Find out what depends on the network alone, before anything is packed."""

    def _packed(self, parameters: Parameters) -> Parameters:
        """Return a copy of parameters, or velocities, as the kernel wants them."""
        return {
            name: value.clone(memory_format=torch.contiguous_format)
            for name, value in parameters.items()
        }

    def _unpacked(self, held: Parameters) -> Parameters:
        """Return a copy of them as the network has them."""
        return {name: value.clone() for name, value in held.items()}

    @abstractmethod
    def call(self, rates: Tensor, ends: Tensor) -> Call:
        """Return what makes as many steps as there are rates; their samples begin at ``ends``."""

    def _trains(self, name: str) -> bool:
        return self._own_names.get(name) not in self._dynamics.freeze

    def _rules(self) -> dict[str, int]:
        """Return what kernels are compiled for, beside sizes."""
        dynamics, chain = self._dynamics, self._chain
        return {
            "activation": ACTIVATIONS[chain.activation],
            "loss": self._loss,
            "several": chain.classes is not None,
            "has_momentum": bool(dynamics.momentum),
            "nesterov": dynamics.nesterov,
            "has_decay": bool(dynamics.weight_decay),
        }


def chain_of(network: Network, dynamics: SGD) -> Layered | None:
    """Return a chain of linear layers that kernels can train, if a network is one.

    The others take the general step.
    """
    if dynamics.noise_scale != 1 or not isinstance(network, TwoLayer | Layered):
        return None
    one = {name: torch.empty(1, 1) for name in network.parameter_dimensions}
    chain, _ = network.as_layered(one)
    fits = (
        all(type(layer) is Linear for layer in chain.layers)
        and chain.activation in ACTIVATIONS
        and isinstance(chain.loss, CrossEntropy | Squared)
    )
    return chain if fits else None


def next_power(number: int) -> int:
    """Return the next power of two."""
    return int(triton.next_power_of_2(number))
