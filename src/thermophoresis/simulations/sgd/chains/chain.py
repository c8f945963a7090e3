"""A chain of layers as compiled loops want it: a table, and where each parameter is."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.numerics.vectors import VECTOR
from thermophoresis.simulations.sgd.chains import fields
from thermophoresis.simulations.sgd.chains.fields import Integers

ACTIVATIONS = {
    "identity": fields.IDENTITY,
    "relu": fields.RELU,
    "tanh": fields.TANH,
    "gelu": fields.GELU,
}


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
    scratch
        How many numbers it needs for itself.
    """

    row: dict[int, int]
    weights: Integers
    bias: Integers
    numbers: tuple[int, int]
    outputs: Integers
    size: int
    scratch: int = 0


def place_linear(layer: Linear, inputs: Integers, size: int, unit: int) -> Placed:
    """Place a linear layer.

    Parameters
    ----------
    layer
        The layer.
    inputs, size
        Places of the numbers that it gets, in torch's order, and how many they take.
    unit
        What sizes are multiples of.
    """
    single = layer.outputs == 1 and unit > 1
    wide = padded(layer.outputs, unit)
    o = np.arange(layer.outputs)
    weights = inputs[None] + 0 * o[:, None] if single else inputs[None] * wide + o[:, None]
    return Placed(
        row={
            fields.KIND: fields.SINGLE if single else fields.LINEAR,
            fields.USED: int(inputs.max()) + 1,
        },
        weights=weights,
        bias=o,
        numbers=(size if single else size * wide, wide),
        outputs=o,
        size=wide,
        scratch=wide,
    )


@dataclass
class Chain:
    """A network of layers, laid out flat for batches up to a size.

    Parameters
    ----------
    network
        The network.
    batch
        Largest |B|.
    frozen
        Names of parameters that do not change.
    unit
        What sizes are multiples of: `VECTOR`, or 1 where replicas are in lanes.

    Attributes
    ----------
    table
        One row for each layer, columns as of `fields`.
    entrance
        Of every number of a sample, flattened as torch has it, its place in what the first layer
        gets; empty if they are one behind the other.
    places
        Of every entry of every parameter, in torch's shape of one replica, its place.
    size, work, lists
        How many numbers parameters and work take, and how many integers lists.
    """

    network: Layered
    batch: int
    frozen: Collection[str] = ()
    unit: int = VECTOR
    table: Integers = field(init=False)
    entrance: Integers = field(init=False)
    places: dict[str, Integers] = field(init=False, default_factory=dict)
    size: int = field(init=False, default=0)
    work: int = field(init=False, default=0)
    lists: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Lay the layers out, one behind the other."""
        layers = self.network.layers
        self.table = np.zeros((len(layers), fields.COLUMNS_OF_TABLE), np.int64)
        self.entrance = np.zeros(0, np.int64)
        self.lists = padded(self.batch)
        inputs: Integers = np.arange(layers[0].inputs)
        size = padded(len(inputs), self.unit)
        get, gradient = self._room(self.batch * size), -1
        for number, (row, layer) in enumerate(zip(self.table, layers, strict=True), start=1):
            assert isinstance(layer, Linear)
            placed = place_linear(layer, inputs, size, self.unit)
            for column, value in placed.row.items():
                row[column] = value
            row[fields.INPUTS], row[fields.OUTPUTS] = size, placed.size
            row[fields.INPUT], row[fields.INPUT_GRADIENT] = get, gradient
            get = row[fields.OUTPUT] = self._room(self.batch * placed.size)
            gradient = row[fields.OUTPUT_GRADIENT] = self._room(self.batch * placed.size)
            row[fields.SCRATCH] = self._room(placed.scratch)
            row[fields.ACTIVE] = self.lists
            self.lists += self.batch * (size + 2 * VECTOR)
            self._connect(row, number)
            self._keep(row, number, placed, layer.bias)
            inputs, size = placed.outputs, placed.size

    def _room(self, numbers: int) -> int:
        size = padded(numbers, self.unit)
        self.work += size
        return self.work - size

    def _connect(self, row: Integers, number: int) -> None:
        """Say what is between a layer and its neighbours."""
        activation = self.network.activation
        hidden = number < len(self.table)
        row[fields.ACTIVATION] = ACTIVATIONS[activation] if hidden else fields.IDENTITY
        row[fields.SKIPS] = number == 1 or activation == "relu"
        row[fields.BEFORE] = -1
        if hidden and activation == "gelu":
            row[fields.BEFORE] = self._room(self.batch * int(row[fields.OUTPUTS]))

    def _keep(self, row: Integers, number: int, placed: Placed, bias: bool) -> None:
        """Make room for the parameters of a layer."""
        weights, biases = f"W{number}", f"b{number}"
        row[fields.WEIGHTS], row[fields.BIAS] = self.size, self.size + placed.numbers[0]
        self.places[weights] = self.size + placed.weights
        row[fields.TRAIN_WEIGHTS] = weights not in self.frozen
        if bias:
            self.places[biases] = self.size + placed.numbers[0] + placed.bias
            row[fields.TRAIN_BIAS] = biases not in self.frozen
        self.size += sum(placed.numbers)
