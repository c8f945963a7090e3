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
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.errors import UserError
from thermophoresis.networks.network import Network
from thermophoresis.simulations.blocks import Block, cut
from thermophoresis.simulations.sgd.engine import Stepper
from thermophoresis.simulations.sgd.steppers import initial_state, steppers_of


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
    stepper
        What makes the steps, by name.

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
        self.blocks = cut(settings.replicas, self._steppers.block_replicas(network, self._dtype))
        self.stepper = self._steppers.name(network)

    def start(self, replicas: range) -> "Block":
        """Return a block of replicas with initial parameters."""
        settings, network, device = self._settings, self._network, self._device
        streams = [
            generator(settings.seed, replica, Purpose.INITIALISATION) for replica in replicas
        ]
        schedule = settings.schedule
        times = schedule.largest_batch if schedule else 1
        training_set = None
        if self._dynamics.noise_scale != 1:
            x, y = self._source.training_set(replicas)
            training_set = x.to(device), y.to(device)

        def make(state: Mapping[str, Tensor]) -> Stepper:
            return self._steppers.make_stepper(
                network,
                {name: value.to(device) for name, value in state.items()},
                dynamics=self._dynamics,
                rate=rate_of(settings),
                batch_size=max(1, math.ceil(settings.batch_size * times)),
                training_set=training_set,
            )

        return Block(
            make,
            initial_state(network.initialise(streams, self._dtype)),
            self._source.stream(
                replicas, device=device, replica_last=self._steppers.replica_last(network)
            ),
            batch_size=batch_size_of(settings) if schedule else settings.batch_size,
            record_steps=self._record_steps,
            device=device,
        )
