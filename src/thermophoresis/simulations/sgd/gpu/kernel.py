"""What steppers have in common that make all steps of a draw in one launch of a kernel."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import torch
import triton
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
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


class KernelSGD(ABC):
    """SGD on a block of replicas of a chain of linear layers; see `engine.Stepper`.

    No bit of a replica depends on the others. Parameters and velocities keep the names and shapes
    that they have in the network.

    Parameters
    ----------
    network
        The network; see `covers`.
    state
        What `general.initial_state` or `state` returned.
    dynamics
        Momentum and the others.
    rate
        η of the step that leads from a number of updates to the next.
    batch_size
        |B|, the largest if it changes.
    """

    def __init__(
        self,
        network: Network,
        state: Mapping[str, Tensor],
        *,
        dynamics: SGD,
        rate: Callable[[int], float],
        batch_size: int,
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
        loss = self._chain.loss
        self._targets = loss.targets if isinstance(loss, Squared) else (0.0, 1.0)
        numbers = (dynamics.momentum, dynamics.weight_decay, *self._targets)
        self._numbers = torch.tensor(numbers, dtype=torch.float64, device=self._device)
        self._lay_out()
        self._theta = self._packed(parameters)
        self._velocity = self._packed(velocity) if velocity else {}

    def load(self, x: Tensor, y: Tensor) -> None:
        """Take the samples of the next steps: x (replica, sample, …) and y (replica, sample)."""
        self._x, self._y = x.flatten(2).contiguous(), y.contiguous()

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        self._make(self._theta, self._velocity, start, stop)
        self._steps += stop - start

    def peek(self, start: int, stop: int) -> Parameters:
        """Return stacked parameters as they are after those steps, which are not made."""
        theta, velocity = (
            {name: value.clone() for name, value in held.items()}
            for held in (self._theta, self._velocity)
        )
        self._make(theta, velocity, start, stop)
        return self._unpacked(theta)

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return self._unpacked(self._theta)

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that the steps to come depend on, but their samples."""
        velocity = self._unpacked(self._velocity) if self._velocity else {}
        held = named("parameters", self.parameters()) | named("momentum", velocity)
        return held | {"steps": torch.tensor(self._steps)}

    def _make(self, theta: Parameters, velocity: Parameters, start: int, stop: int) -> None:
        """Make steps, in place."""
        if stop == start:
            return
        rates = [self._rate(self._steps + step) for step in range(stop - start)]
        ends = [step * self._batch_size for step in range(start, stop + 1)]
        self._launch(
            theta,
            velocity or theta,
            torch.tensor(rates, dtype=torch.float64).to(self._device, non_blocking=True),
            torch.tensor(ends, dtype=torch.int32).to(self._device, non_blocking=True),
        )

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
    def _launch(
        self, theta: Parameters, velocity: Parameters, rates: Tensor, ends: Tensor
    ) -> None:
        """Make as many steps as there are rates; their samples begin at ``ends``, one more.

        Without momentum, velocities are something that is not read.
        """

    def _trains(self, name: str) -> bool:
        return self._own_names.get(name) not in self._dynamics.freeze

    def _rules(self) -> dict[str, Any]:
        """Return what kernels are compiled for, beside sizes."""
        dynamics, chain = self._dynamics, self._chain
        is_squared = isinstance(chain.loss, Squared)
        return {
            "activation": ACTIVATIONS[chain.activation],
            "loss": arithmetic.SQUARED if is_squared else arithmetic.CROSS_ENTROPY,
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
