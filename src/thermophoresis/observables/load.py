"""What is recorded of a kind of network: the module of that name."""

import importlib
from typing import Protocol, cast

from torch import Tensor

from thermophoresis.networks.network import Network, Parameters


class Observe(Protocol):
    """Measures a block of replicas; see `two_layer.observe`."""

    def __call__(
        self, network: Network, parameters: Parameters, x: Tensor, y: Tensor, *, gaussian: bool
    ) -> dict[str, Tensor]:
        """Return a tensor of shape (replica,) for each name."""


class Kind(Protocol):
    """A module of this package with what is recorded of one kind of network."""

    observe: Observe


def observe_of(kind: str) -> Observe:
    """Return what measures a kind of network.

    It is found by name: a change in what is recorded of one kind reruns nothing with another.
    """
    return cast(Kind, importlib.import_module(f"thermophoresis.observables.{kind}")).observe
