"""Where a layer of a chain keeps what it trains, and what it gets and gives."""

from dataclasses import dataclass

from thermophoresis.numerics.vectors import VECTOR
from thermophoresis.simulations.sgd.chains.fields import Integers


def padded(count: int, unit: int = VECTOR) -> int:
    """Return the next whole number of vectors."""
    return -(-count // unit) * unit


@dataclass(frozen=True)
class Placed:
    """How one layer keeps its parameters, and what it gets and gives.

    Attributes
    ----------
    row
        Columns of the table which say how it is computed: all but offsets, SKIPS and the like,
        which the chain fills in.
    weights, bias
        Of every entry of its weights and biases, in torch's order and shape, the place behind the
        beginning of the layer's weights, or biases.
    numbers
        How many numbers its weights and biases take, padded.
    outputs
        Of every number that it gives, in torch's order, the place in what is padded.
    size
        How many numbers that takes.
    scratch, lists
        How many numbers and integers it needs for itself.
    image
        Channels, rows and columns of what it gives, where that is an image.
    """

    row: dict[int, int]
    weights: Integers
    bias: Integers
    numbers: tuple[int, int]
    outputs: Integers
    size: int
    scratch: int = 0
    lists: int = 0
    image: tuple[int, ...] = ()
