"""The outputs of a network written with torch's own layers, for automatic differentiation."""

import torch
from torch import Tensor
from torch.nn import functional

from thermophoresis.networks.layered import Layered, Linear
from thermophoresis.networks.network import Parameters

# torch's own functions, not in place; its identity is `positive`, the sign in +x.
ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh, "identity": torch.positive}


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
    for number, layer in enumerate(network.layers, start=1):
        weight, bias = parameters[f"W{number}"], parameters.get(f"b{number}")
        if isinstance(layer, Linear):
            x = functional.linear(x.flatten(1), weight, bias)
        else:
            x = functional.conv2d(x, weight, bias)
        if number < len(network.layers):
            x = ACTIVATIONS[network.activation](x)
    return x
