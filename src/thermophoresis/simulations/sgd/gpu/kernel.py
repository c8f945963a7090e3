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
        self._parameters = {
            name: value.clone(memory_format=torch.contiguous_format)
            for name, value in part(state, "parameters").items()
        }
        self._velocity: Parameters = {}
        if dynamics.momentum:
            old = part(state, "momentum")
            for name, value in self._parameters.items():
                # The buffer after the first step is its gradient, whatever multiplies 0 before.
                self._velocity[name] = old[name].clone() if name in old else torch.zeros_like(value)
        self._steps = int(state["steps"])
        first = next(iter(self._parameters.values()))
        self._replicas, self._dtype, self._device = len(first), first.dtype, first.device
        self._chain, views = network.as_layered(self._parameters)
        # By the chain's names those of the network, whose memory they share.
        pointers = {value.data_ptr(): name for name, value in self._parameters.items()}
        self._own_names = {name: pointers[value.data_ptr()] for name, value in views.items()}
        loss = self._chain.loss
        self._targets = loss.targets if isinstance(loss, Squared) else (0.0, 1.0)
        numbers = (dynamics.momentum, dynamics.weight_decay, *self._targets)
        self._numbers = torch.tensor(numbers, dtype=torch.float64, device=self._device)

    def load(self, x: Tensor, y: Tensor) -> None:
        """Take the samples of the next steps: x (replica, sample, …) and y (replica, sample)."""
        self._x, self._y = x.flatten(2).contiguous(), y.contiguous()

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        self._make(self._parameters, self._velocity, start, stop)
        self._steps += stop - start

    def peek(self, start: int, stop: int) -> Parameters:
        """Return stacked parameters as they are after those steps, which are not made."""
        parameters = self.parameters()
        velocity = {name: value.clone() for name, value in self._velocity.items()}
        self._make(parameters, velocity, start, stop)
        return parameters

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return {name: value.clone() for name, value in self._parameters.items()}

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that the steps to come depend on, but their samples."""
        held = named("parameters", self._parameters) | named("momentum", self._velocity)
        copy = {name: value.clone() for name, value in held.items()}
        return copy | {"steps": torch.tensor(self._steps)}

    def _make(self, parameters: Parameters, velocity: Parameters, start: int, stop: int) -> None:
        """Make steps, in place."""
        if stop == start:
            return
        rates = [self._rate(self._steps + step) for step in range(stop - start)]
        ends = [step * self._batch_size for step in range(start, stop + 1)]
        self._launch(
            parameters,
            velocity,
            torch.tensor(rates, dtype=torch.float64).to(self._device, non_blocking=True),
            torch.tensor(ends, dtype=torch.int32).to(self._device, non_blocking=True),
        )

    @abstractmethod
    def _launch(
        self, parameters: Parameters, velocity: Parameters, rates: Tensor, ends: Tensor
    ) -> None:
        """Make as many steps as there are rates; their samples begin at ``ends``, one more."""

    def _pointers(self, of: Parameters, *names: str) -> list[Tensor]:
        """Return parameters by the chain's names; where one is absent, some other that is not read."""
        return [of[self._own_names[it]] if it in self._own_names else self._numbers for it in names]

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
