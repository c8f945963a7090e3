"""Stochastic gradient descent: θ ← θ − η/|B| Σ ∇loss over the samples of a batch B."""

from collections.abc import Sequence

import torch

from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.blocks import Block, cut
from thermophoresis.simulations.sgd.engine import Stepper, choose_compiled
from thermophoresis.simulations.sgd.steppers import steppers_of


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
    compile
        auto, always or never.

    Attributes
    ----------
    blocks
        The replicas that are trained together, one block after the other.
    compiled
        Whether steps are compiled.

    Raises
    ------
    UserError
        The compiler that is asked for does not exist here.
    """

    def __init__(
        self,
        settings: RunSettings,
        source: Source,
        network: Network,
        *,
        record_steps: Sequence[int],
        device: torch.device,
        compile: str,
    ):
        self._settings, self._source, self._network = settings, source, network
        self._record_steps, self._device = record_steps, device
        self._dtype = getattr(torch, settings.precision)
        self._steppers = steppers_of(network)
        width = self._steppers.block_replicas(network, self._dtype)
        self.blocks = cut(settings.replicas, width)
        block_steps = record_steps[-1] * len(self.blocks)
        self.compiled = choose_compiled(compile, block_steps) and self._steppers.COMPILES

    def start(self, replicas: range) -> "Block":
        """Return a block of replicas with initial parameters."""
        streams = [
            generator(self._settings.seed, replica, Purpose.INITIALISATION) for replica in replicas
        ]
        return Block(
            self._make_stepper,
            self._network.initialise(streams, self._dtype),
            self._source.stream(replicas),
            batch_size=self._settings.batch_size,
            record_steps=self._record_steps,
            device=self._device,
        )

    def _make_stepper(self, parameters: Parameters) -> Stepper:
        return self._steppers.make_stepper(
            self._network,
            {name: value.to(self._device) for name, value in parameters.items()},
            learning_rate=self._settings.learning_rate,
            batch_size=self._settings.batch_size,
            compiled=self.compiled,
        )
