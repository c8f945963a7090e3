"""From settings to a network: the module of its kind, found by name."""

import importlib
from typing import Protocol, cast

from thermophoresis.config.run import AnyNetwork
from thermophoresis.networks.network import Network


class Kind(Protocol):
    """A module of this package with one kind of network; see `two_layer`."""

    def build(
        self, settings: AnyNetwork, sample_shape: tuple[int, ...], classes: int | None
    ) -> Network:
        """Return the network for samples of a shape."""


def build(settings: AnyNetwork, sample_shape: tuple[int, ...], classes: int | None) -> Network:
    """Return a network for samples of a shape.

    Its kind is found by name: a change in one kind of network reruns nothing with another.

    Parameters
    ----------
    settings
        The kind of network, and what it has to know.
    sample_shape
        Shape of one input.
    classes
        Number of classes, or None for one logit and labels 0/1.

    Raises
    ------
    UserError
        The network does not suit samples of this shape.
    """
    kind = cast(Kind, importlib.import_module(f"thermophoresis.networks.{settings.kind}"))
    return kind.build(settings, sample_shape, classes)
