"""Stochastic gradient descent: θ ← θ − η/|B| Σ ∇loss over the samples of a batch B.

With momentum, or whatever else its settings have beside that, another module makes the steps
(`simulations.sgd.general`).
"""

import importlib
import math
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

import torch
from torch import Tensor

from thermophoresis.config.grid import batch_size_of, rate_of
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
        The compiler that is asked for does not exist here, or parameters cannot be frozen.
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
        self._general = _general(settings)
        if self._general:
            self._general.check(settings.dynamics, tuple(network.parameter_dimensions))
        steppers = self._general or steppers_of(network)
        self.blocks = cut(settings.replicas, steppers.block_replicas(network, self._dtype))
        block_steps = record_steps[-1] * len(self.blocks)
        self.compiled = choose_compiled(compile, block_steps) and steppers.COMPILES

    def start(self, replicas: range) -> "Block":
        """Return a block of replicas with initial parameters."""
        streams = [
            generator(self._settings.seed, replica, Purpose.INITIALISATION) for replica in replicas
        ]
        parameters = self._network.initialise(streams, self._dtype)
        settings = self._settings
        return Block(
            self._maker(self._general, replicas) if self._general else self._make_stepper,
            self._general.initial_state(parameters) if self._general else parameters,
            self._source.stream(replicas),
            batch_size=batch_size_of(settings) if _varies(settings) else settings.batch_size,
            record_steps=self._record_steps,
            device=self._device,
        )

    def _make_stepper(self, parameters: Parameters) -> Stepper:
        return steppers_of(self._network).make_stepper(
            self._network,
            {name: value.to(self._device) for name, value in parameters.items()},
            learning_rate=self._settings.learning_rate,
            batch_size=self._settings.batch_size,
            compiled=self.compiled,
        )

    def _maker(
        self, general: ModuleType, replicas: range
    ) -> Callable[[Mapping[str, Tensor]], Stepper]:
        """Return what makes the general stepper of some replicas from its state."""
        settings, network, device = self._settings, self._network, self._device
        # Of batches of different sizes one is loaded at a time.
        schedule = settings.schedule
        times = schedule.largest_batch if schedule else 1
        largest = max(1, math.ceil(settings.batch_size * times))
        training_set = None
        if general.needs_training_set(settings.dynamics):
            training_set = tuple(it.to(device) for it in self._source.training_set(replicas))

        def make(state: Mapping[str, Tensor]) -> Stepper:
            return general.GeneralSGD(  # type: ignore[no-any-return]  # of a module found by name
                network.gradient,
                {name: value.to(device) for name, value in state.items()},
                dynamics=settings.dynamics,
                rate=rate_of(settings),
                batch_size=largest,
                training_set=training_set,
            )

        return make


def _general(settings: RunSettings) -> ModuleType | None:
    """Return `simulations.sgd.general` if settings need it.

    It is found by name: a change in it retrains nothing that is plain SGD.
    """
    chosen = settings.dynamics.steppers(settings.network, settings.loss)
    if chosen != ("general",):
        return None
    return importlib.import_module("thermophoresis.simulations.sgd.general")


def _varies(settings: RunSettings) -> bool:
    """Whether batches have different sizes."""
    return settings.schedule is not None and bool(settings.schedule.batch_size)
