"""Where everything of a chain of layers is, for the compiled passes over it."""

import functools
import itertools
import math
from typing import NamedTuple

import numpy as np

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear

# σ of a chain, as the compiled loops know it; that of others tells σ' only together with u.
SIGMAS = {"relu": 0, "tanh": 1, "identity": 2}


# Numbers that the widest vector registers hold in float64.
VECTOR = 8


class Plan(NamedTuple):
    """A chain of convolutions, then linear layers, and where its numbers are for S samples.

    Arrays have one entry for each layer, from input to output, unless they are lists of taps. What
    a convolution gets is (sample, channel, row, column), what a linear layer gets (input, sample).

    Attributes
    ----------
    sigma
        Of `SIGMAS`.
    samples
        S.
    images
        How many of the layers are convolutions.
    inputs, outputs, kernel, rows, columns
        Inputs and outputs, or channels before and after; edge of the kernel, and rows and columns
        of what it gets. Of a linear layer, 1.
    weight, bias
        Where weights and biases begin in the parameters of one replica; bias −1 where there is
        none.
    got
        Where what a layer gets begins in the activations of one replica; of the first, that is x.
    parameters, activations
        Numbers of each of one replica; eight zeros are behind the activations, since rows of pixels
        are read in whole vectors.
    largest
        Numbers that take what any layer gets or puts out, with what is around an image.
    taps
        Where the taps of each layer begin in the lists, and where the last end.
    begins, weights
        Where the row of a tap begins, and its weight, forwards.
    """

    sigma: int
    samples: int
    images: int
    inputs: np.ndarray
    outputs: np.ndarray
    kernel: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    weight: np.ndarray
    bias: np.ndarray
    got: np.ndarray
    parameters: int
    activations: int
    largest: int
    taps: np.ndarray
    begins: np.ndarray
    weights: np.ndarray


def is_covered(network: object) -> bool:
    """Return whether there are compiled passes over a network as a chain of layers."""
    if not isinstance(network, Layered) or network.activation not in SIGMAS:
        return False
    kinds = [type(layer) for layer in network.layers]
    images = len(list(itertools.takewhile(lambda kind: kind is Convolution, kinds)))
    return images < len(kinds) and all(kind is Linear for kind in kinds[images:])


@functools.lru_cache(maxsize=16)
def plan(
    layers: tuple[Linear | Convolution, ...], activation: str, shape: tuple[int, ...], samples: int
) -> Plan:
    """Return where everything is.

    Parameters
    ----------
    layers, activation
        Of a network that is covered.
    shape
        Of one input.
    samples
        S.
    """
    sizes, begins, weights, got = [], [], [], []
    rows, columns = shape[1:] if len(shape) == 3 else (1, 1)
    at, size, images, largest = 0, 0, 0, 0
    for number, layer in enumerate(layers):
        kernel = layer.weight_shape[-1] if isinstance(layer, Convolution) else 1
        if isinstance(layer, Linear):
            rows = columns = 1
            taps = np.arange(layer.inputs)
            begins.append(taps * samples)
        else:
            images += 1
            channel, row, column = np.indices((layer.inputs, kernel, kernel)).reshape(3, -1)
            taps = np.arange(len(channel))
            begins.append((channel * rows + row) * columns + column)
        weights.append(taps)
        sizes.append((layer.inputs, layer.outputs, kernel, rows, columns))
        got.append(size)
        size += samples * layer.inputs * rows * columns if number else 0
        around = (rows + 1) * columns + 3 * VECTOR + 2 * kernel
        together = samples if isinstance(layer, Linear) else around
        # And what pairs of samples have in common, where they are fewer than units.
        widest = max(layer.inputs, layer.outputs)
        largest = max(largest, widest * together, samples * min(samples, 2 * widest))
        rows, columns = rows - kernel + 1, columns - kernel + 1
    weight, bias = [], []
    for layer in layers:
        weight.append(at)
        at += math.prod(layer.weight_shape)
        bias.append(at if layer.bias else -1)
        at += layer.outputs * layer.bias
    inputs, outputs, edges, high, wide = np.array(sizes, np.int64).T.copy()
    return Plan(
        sigma=SIGMAS[activation],
        samples=samples,
        images=images,
        inputs=inputs,
        outputs=outputs,
        kernel=edges,
        rows=high,
        columns=wide,
        weight=np.array(weight),
        bias=np.array(bias),
        got=np.array(got),
        parameters=at,
        activations=size + VECTOR,
        largest=largest,
        taps=np.cumsum([0, *map(len, begins)]),
        begins=np.concatenate(begins),
        weights=np.concatenate(weights),
    )
