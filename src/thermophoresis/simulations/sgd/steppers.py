"""How a network is trained: the module of steps that the network names."""

import importlib
from typing import Protocol, cast

import torch

from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.sgd.engine import Stepper


class Steppers(Protocol):
    """A module of this package with SGD steps; see `two_layer` and `layered`."""

    COMPILES: bool

    def block_replicas(self, network: Network, dtype: torch.dtype) -> int:
        """Return how many replicas to train together."""

    def make_stepper(
        self,
        network: Network,
        parameters: Parameters,
        *,
        learning_rate: float,
        batch_size: int,
        compiled: bool = False,
    ) -> Stepper:
        """Return SGD on a network from stacked initial parameters."""


def steppers_of(network: Network) -> Steppers:
    """Return the module that trains a network.

    It is found by name: a change in how one kind of network is trained retrains no other.
    """
    return cast(
        Steppers, importlib.import_module(f"thermophoresis.simulations.sgd.{network.stepper}")
    )
