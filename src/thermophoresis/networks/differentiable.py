"""The outputs of a network written with torch's own layers, for automatic differentiation."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution

# torch's own functions, not in place; its identity is `positive`, the sign in +x.
ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "gelu": functional.gelu,
    "identity": torch.positive,
}


def pool(x: Tensor, kind: str, size: int) -> Tensor:
    """Return pooled images (sample, channel, row, column), written with torch's layers."""
    pooled: Tensor
    pooled = functional.max_pool2d(x, size) if kind == "max" else functional.avg_pool2d(x, size)
    return pooled


def logits(network: Layered, parameters: Parameters, x: Tensor) -> Tensor:
    """Return the outputs of one replica.

    Parameters
    ----------
    network
        The network.
    parameters
        Of one replica, without the leading axis.
    x
        Inputs, (sample, …).

    Returns
    -------
    Tensor
        Shape (sample, class), or (sample, 1).
    """
    *_, (_, outputs) = run(network, parameters, x)
    return outputs


def run(
    network: Layered, parameters: Parameters, x: Tensor, offsets: Sequence[Tensor] = ()
) -> Iterator[tuple[Tensor, Tensor]]:
    """Run one replica.

    Parameters
    ----------
    network, parameters, x
        As `logits`.
    offsets
        What is added to the output of each layer, shaped as it; nothing if there are none.

    Yields
    ------
    a, u
        What each layer gets, behind pooling, and what leaves it, (sample, …).
    """
    for number, layer in enumerate(network.layers, start=1):
        weight, bias = parameters[f"W{number}"], parameters.get(f"b{number}")
        if isinstance(layer, Pooled):
            x, layer = pool(x, layer.kind, layer.size), layer.layer
        a = x
        if isinstance(layer, Linear):
            x = functional.linear(x.flatten(1), weight, bias)
        elif isinstance(layer, StridedConvolution):
            x = functional.conv2d(x, weight, bias, layer.stride, layer.padding)
        else:
            x = functional.conv2d(x, weight, bias)
        if offsets:
            x = x + offsets[number - 1]
        yield a, x
        if number < len(network.layers):
            x = ACTIVATIONS[network.activation](x)
