"""A chain of layers as compiled loops want it: a table, and where each parameter is."""

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Layer, Linear
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution
from thermophoresis.numerics.vectors import VECTOR
from thermophoresis.simulations.sgd.chains import convolution, fields, pooling
from thermophoresis.simulations.sgd.chains.fields import Integers
from thermophoresis.simulations.sgd.chains.placed import Placed, padded

ACTIVATIONS = {
    "identity": fields.IDENTITY,
    "relu": fields.RELU,
    "tanh": fields.TANH,
    "gelu": fields.GELU,
}


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


def is_known(network: Layered) -> bool:
    """Whether there are loops for every layer; those of images are laid out for their size."""
    known = (Linear, Convolution, StridedConvolution) if network.sample_shape else (Linear,)
    plain = (
        it.layer if network.sample_shape and isinstance(it, Pooled) else it for it in network.layers
    )
    return all(type(layer) in known for layer in plain)


def _stages(layers: Iterable[Layer]) -> Iterator[tuple[Linear | Convolution | Pooled, int]]:
    """Return what is done one after the other, and the number of the layer of which it is part.

    A layer of pooled images is two: the pooling, and what gets its images.
    """
    for number, layer in enumerate(layers, start=1):
        if isinstance(layer, Pooled):
            yield layer, number
            layer = layer.layer
        assert isinstance(layer, Linear | Convolution)
        yield layer, number


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
        One row for each layer, and for each pooling; columns as of `fields`.
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
        stages = [*_stages(self.network.layers)]
        self.table = np.zeros((len(stages), fields.COLUMNS_OF_TABLE), np.int64)
        self.entrance = np.zeros(0, np.int64)
        self.lists = padded(self.batch)
        image = self.network.sample_shape or ()
        inputs: Integers = np.arange(math.prod(image) if image else self.network.layers[0].inputs)
        size = padded(len(inputs), self.unit)
        get, gradient = self._room(self.batch * size), -1
        for row, (layer, number) in zip(self.table, stages, strict=True):
            if isinstance(layer, Pooled):
                placed = pooling.place(layer.kind, layer.size, image)
            elif isinstance(layer, Convolution):
                placed = convolution.place(layer, *image[1:])
            else:
                placed = place_linear(layer, inputs, size, self.unit)
            for column, value in placed.row.items():
                row[column] = value
            row[fields.INPUTS], row[fields.OUTPUTS] = size, placed.size
            row[fields.INPUT], row[fields.INPUT_GRADIENT] = get, gradient
            get = row[fields.OUTPUT] = self._room(self.batch * placed.size)
            gradient = row[fields.OUTPUT_GRADIENT] = self._room(self.batch * placed.size)
            row[fields.SCRATCH] = self._room(placed.scratch)
            row[fields.ACTIVE] = self.lists
            self.lists += max(placed.lists, self.batch * (size + 2 * VECTOR))
            self._connect(row, number, pools=isinstance(layer, Pooled))
            if not isinstance(layer, Pooled):
                self._keep(row, number, placed, layer.bias)
            inputs, size, image = placed.outputs, placed.size, placed.image

    def _room(self, numbers: int) -> int:
        size = padded(numbers, self.unit)
        self.work += size
        return self.work - size

    def _connect(self, row: Integers, number: int, *, pools: bool) -> None:
        """Say what is between a layer and its neighbours."""
        activation = self.network.activation
        hidden = number < len(self.network.layers) and not pools
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
