"""From settings to a network: the module of its kind, found by name."""

import dataclasses
import importlib
from typing import Protocol, cast

from thermophoresis.config.loss import Loss, kind_of
from thermophoresis.config.training import AnyNetwork
from thermophoresis.networks import network
from thermophoresis.networks.network import Network


class Kind(Protocol):
    """A module of this package with one kind of network; see `two_layer`."""

    def build(
        self, settings: AnyNetwork, sample_shape: tuple[int, ...], classes: int | None
    ) -> Network:
        """Return the network for samples of a shape."""


def build(
    settings: AnyNetwork,
    sample_shape: tuple[int, ...],
    classes: int | None,
    loss: Loss = "cross_entropy",
) -> Network:
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
    loss
        What it is trained on.

    Raises
    ------
    UserError
        The network does not suit samples of this shape.
    """
    kind = cast(Kind, importlib.import_module(f"thermophoresis.networks.{settings.kind}"))
    built = kind.build(settings, sample_shape, classes)
    if loss == "cross_entropy":  # which networks have by themselves
        return built
    # Of every data class, as mypy cannot know.
    return dataclasses.replace(built, loss=loss_of(loss))  # type: ignore[type-var]


def loss_of(settings: Loss) -> network.Loss:
    """Return a loss; its kind is found by name, as that of a network."""
    module = importlib.import_module(f"thermophoresis.networks.losses.{kind_of(settings)}")
    return cast(network.Loss, module.make(settings))
