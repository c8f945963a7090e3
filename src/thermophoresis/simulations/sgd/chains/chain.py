"""A chain of layers as compiled loops want it: a table, and where each parameter is."""

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from thermophoresis.simulations.sgd.chains.fields import Integers


@dataclass(frozen=True)
class Placed:
    """Where one layer keeps its parameters and what it gets and gives.

    Attributes
    ----------
    row
        Its columns of the table which say how it is computed, by their numbers; offsets are filled
        in by the chain.
    weights, bias
        Of every entry of its weights and biases, in torch's order and shape, the place behind the
        beginning of the layer's weights, or biases; int64.
    numbers
        How many numbers its weights and biases take, padded.
    inputs, outputs
        Of every number that a sample has before and after it, in torch's order, the place in what
        is padded. Those of a linear layer behind a convolution are the convolution's outputs.
    scratch
        How many numbers it needs for itself.
    """

    row: dict[int, int]
    weights: Integers
    bias: Integers
    numbers: tuple[int, int]
    inputs: Integers
    outputs: Integers
    scratch: int = 0


@dataclass(frozen=True)
class Chain:
    """A network of linear and convolutional layers, laid out flat.

    Attributes
    ----------
    table
        One row for each layer, columns as of `fields`.
    places
        Of every entry of every parameter, in torch's shape of one replica, its place.
    entrance
        Of every number of a sample, flattened as torch has it, its place in what the first layer
        gets.
    size, work, lists
        Numbers of parameters, of work and of lists, for batches of one size.
    """

    table: Integers
    places: dict[str, Integers]
    entrance: Integers
    size: int
    work: int
    lists: int

    def pack(self, parameters: dict[str, Tensor]) -> np.ndarray:
        """Return stacked parameters as (replica, size), zeros where none is."""
        raise NotImplementedError

    def unpack(self, flat: np.ndarray) -> dict[str, Tensor]:
        """Return stacked parameters from (replica, size)."""
        raise NotImplementedError
