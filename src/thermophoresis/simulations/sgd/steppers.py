"""What makes the steps of a run: chosen by its settings, its network and the device."""

import importlib
from collections.abc import Callable, Mapping
from typing import Protocol, cast

import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd.engine import Stepper
from thermophoresis.simulations.state import named

# By kind of device, what makes steps: the first that covers a network; the last covers all. They
# are found by name: a change in one reruns nothing that another trains.
LOOPS = {
    "cpu": ("chains.stepper", "general"),
    "cuda": ("gpu.two_layer", "gpu.chain", "gpu.graph"),
}


class Steppers(Protocol):
    """A module of this package that makes steps; see `general` and `chains.stepper`."""

    def covers(self, network: Network, dynamics: SGD) -> bool:
        """Whether it can make these steps."""

    def name(self, network: Network) -> str:
        """Return what files say of how steps were made."""

    def replica_last(self, network: Network) -> bool:
        """Whether it wants samples with the replica last in memory; see `data.drawing.Layout`."""

    def block_replicas(self, network: Network, dtype: torch.dtype, batch_size: int) -> int:
        """Return how many replicas to train together; ``batch_size`` is the largest |B|."""

    def make_stepper(
        self,
        network: Network,
        state: Mapping[str, Tensor],
        *,
        dynamics: SGD,
        rate: Callable[[int], float],
        batch_size: int,
        training_set: tuple[Tensor, Tensor] | None = None,
    ) -> Stepper:
        """Return SGD on a block of replicas.

        Parameters
        ----------
        network
            Their network.
        state
            What `initial_state` returned, or the stepper's own ``state``, where they are trained.
        dynamics
            Momentum and the others.
        rate
            η of the step that leads from a number of updates to the next.
        batch_size
            Largest |B|.
        training_set
            All samples that there are, as of `Source.training_set`, where the noise is scaled.
        """


def steppers_of(network: Network, dynamics: SGD, device: torch.device) -> Steppers:
    """Return the module that trains a network."""
    *loops, general = LOOPS[device.type]
    if isinstance(network, Layered | TwoLayer) and dynamics.noise_scale == 1:
        for found in map(_module, loops):
            if found.covers(network, dynamics):
                return found
    return _module(general)


def initial_state(parameters: Parameters) -> dict[str, Tensor]:
    """Return the state of a stepper that has made no step."""
    return {**named("parameters", parameters), "steps": torch.tensor(0)}


def _module(name: str) -> Steppers:
    return cast(Steppers, importlib.import_module(f"thermophoresis.simulations.sgd.{name}"))
