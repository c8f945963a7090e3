"""Stochastic gradient descent: θ ← θ − η/|B| Σ ∇loss over the samples of a batch B.

What makes the steps is chosen by `simulations.sgd.steppers`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.config.grid import batch_size_of, rate_of
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.errors import UserError
from thermophoresis.networks.network import Network
from thermophoresis.simulations.beginning import initial_parameters
from thermophoresis.simulations.blocks import Block, cut
from thermophoresis.simulations.sgd.engine import Stepper
from thermophoresis.simulations.sgd.steppers import initial_state, steppers_of

# On a CPU, memory of what a block keeps of finite training sets: each replica its own samples,
# and the permutation of an epoch (and as much again while it is drawn).
SET_BYTES, ORDER_BYTES = 2**28, 16


class Evolution:
    """How a run's ensemble is trained by SGD.

    Parameters
    ----------
    settings
        The run.
    source
        Where its samples come from.
    network
        Its network.
    record_steps
        Steps at which is recorded; the last is that at which training ends.
    device
        Where it is trained.

    Attributes
    ----------
    blocks
        The replicas that are trained together, one block after the other.

    Raises
    ------
    UserError
        Parameters cannot be frozen.
    """

    def __init__(
        self,
        settings: RunSettings,
        source: Source,
        network: Network,
        *,
        record_steps: Sequence[int],
        device: torch.device,
    ):
        self._settings, self._source, self._network = settings, source, network
        self._record_steps, self._device = record_steps, device
        self._dtype = getattr(torch, settings.precision)
        dynamics = cast(SGD, settings.dynamics)
        if message := dynamics.frozen_problem(tuple(network.parameter_dimensions)):
            raise UserError(f"dynamics.freeze: {message}")
        self._dynamics = dynamics
        self._steppers = steppers_of(network, dynamics, device)
        times = settings.schedule.largest_batch if settings.schedule else 1
        self._largest = max(1, math.ceil(settings.batch_size * times))
        together = self._steppers.block_replicas(network, self._dtype, self._largest)
        if source.set_size and device.type == "cpu":
            own = 0 if source.checksum else math.prod(source.sample_shape) * self._dtype.itemsize
            fitting = SET_BYTES // (source.set_size * (ORDER_BYTES + own))
            together = min(together, max(1, fitting))
        self.blocks = cut(settings.replicas, together)
        self._made: Stepper | None = None

    @property
    def stepper(self) -> str:
        """What makes the steps, by name, and what has kept it from doing so better."""
        refused = getattr(self._made, "refused", "")
        return self._steppers.name(self._network) + (f" ({refused})" if refused else "")

    def start(self, replicas: range) -> "Block":
        """Return a block of replicas with initial parameters."""
        settings, network, device = self._settings, self._network, self._device
        schedule = settings.schedule
        training_set = None
        if self._dynamics.noise_scale != 1:
            x, y = self._source.training_set(replicas)
            training_set = x.to(device), y.to(device)

        def make(state: Mapping[str, Tensor]) -> Stepper:
            self._made = self._steppers.make_stepper(
                network,
                {name: value.to(device) for name, value in state.items()},
                dynamics=self._dynamics,
                rate=rate_of(settings),
                batch_size=self._largest,
                training_set=training_set,
            )
            return self._made

        return Block(
            make,
            initial_state(initial_parameters(settings, network, replicas)),
            self._source.stream(
                replicas, device=device, replica_last=self._steppers.replica_last(network)
            ),
            batch_size=batch_size_of(settings) if schedule else settings.batch_size,
            record_steps=self._record_steps,
            device=device,
        )
