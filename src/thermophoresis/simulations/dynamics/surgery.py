"""SGD in which each parameter follows the mean of the gradient, its noise, both or nothing.

Steps are those of `simulations.sgd.surgery`.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from thermophoresis.config.dynamics.surgery import Surgery
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.networks.network import Network
from thermophoresis.simulations.beginning import initial_parameters
from thermophoresis.simulations.blocks import Block, Stream, cut
from thermophoresis.simulations.sgd.chains import stepper as chains
from thermophoresis.simulations.sgd.engine import Stepper
from thermophoresis.simulations.sgd.steppers import initial_state
from thermophoresis.simulations.sgd.surgery import make_stepper


class Evolution:
    """How a run's ensemble evolves; parameters and attributes as of `dynamics.sgd.Evolution`."""

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
        self._on_cpu = device.type == "cpu"
        width = chains.block_replicas(network, self._dtype, settings.batch_size)
        self.blocks = cut(settings.replicas, width)
        self.stepper = f"surgery {chains.name(network)}" if self._on_cpu else "surgery"

    def start(self, replicas: range) -> Block:
        """Return a block of replicas with initial parameters."""
        return Block(
            self._make_stepper,
            initial_state(initial_parameters(self._settings, self._network, replicas)),
            self._stream(replicas),
            batch_size=self._settings.batch_size,
            record_steps=self._record_steps,
            device=self._device,
        )

    @property
    def _modes(self) -> dict[str, str]:
        """What each parameter follows."""
        dynamics = cast(Surgery, self._settings.dynamics)
        return dynamics.of(tuple(self._network.parameter_dimensions))

    @property
    def _replica_last(self) -> bool:
        return self._on_cpu and chains.replica_last(self._network)

    def _stream(self, replicas: range) -> Stream:
        """Return the samples of a block of replicas, with labels that are fair coins."""
        return self._source.stream(replicas, device=self._device, replica_last=self._replica_last)

    def _make_stepper(self, state: Mapping[str, Tensor]) -> Stepper:
        return make_stepper(
            self._network,
            state,
            modes=self._modes,
            learning_rate=self._settings.learning_rate,
            batch_size=self._settings.batch_size,
            device=self._device,
        )
