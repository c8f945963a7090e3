"""Sign-SGD, θ ← θ − η sign g: src/thermophoresis/simulations/dynamics/sign_sgd.py.

g is the gradient of a batch's mean loss, the sign that of each component (Bernstein et al. 2018).
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.beginning import initial_parameters
from thermophoresis.simulations.blocks import Block, cut
from thermophoresis.simulations.stepwise import Stepwise


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
        self.blocks = cut(settings.replicas, 64)
        self.stepper = "sign_sgd"

    def start(self, replicas: range) -> Block:
        """Return a block of replicas with initial parameters."""
        return Block(
            self._make_stepper,
            initial_parameters(self._settings, self._network, replicas),
            self._source.stream(replicas),
            batch_size=self._settings.batch_size,
            record_steps=self._record_steps,
            device=self._device,
        )

    def _make_stepper(self, parameters: Parameters) -> "SignSGD":
        return SignSGD(
            self._network,
            {name: value.to(self._device) for name, value in parameters.items()},
            learning_rate=self._settings.learning_rate,
            batch_size=self._settings.batch_size,
        )


class SignSGD(Stepwise):
    """Sign-SGD on a block of replicas of a network; see `stepwise.Stepwise`."""

    def __init__(
        self, network: Network, parameters: Parameters, *, learning_rate: float, batch_size: int
    ):
        super().__init__(parameters, learning_rate, batch_size)
        self._network, self._learning_rate = network, learning_rate

    def _step(self, state: Parameters, x: Tensor, y: Tensor) -> None:
        gradient = self._network.gradient(state, x, y)
        for name, value in state.items():
            value.sub_(gradient[name].sign() * self._learning_rate)
