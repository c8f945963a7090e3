"""Convolutional layers of one replica; functions as of `linear`."""

from thermophoresis.numerics.compiled import compiled
from thermophoresis.simulations.sgd.chains.fields import Floats, Integers


@compiled(inline=True)
def forward(
    layer: Integers, parameters: Floats, work: Floats, lists: Integers, sample: int
) -> None:
    """Compute what a layer gives for one sample; see `linear.forward`."""


@compiled(inline=True)
def descend(
    layer: Integers,
    parameters: Floats,
    velocity: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
) -> None:
    """Hand gradients down and update; see `linear.descend`."""
