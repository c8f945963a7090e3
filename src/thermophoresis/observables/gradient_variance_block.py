"""Variance of the per-sample gradient, for each parameter by itself.

As `gradient_variance`, the mean of which over all entries it is, but not summed over parameters.
"""

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context
from thermophoresis.observables.gradient_variance import (
    convolution_square_norm,
    gradient_variance,
    linear_square_norm,
)

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, block)."""
    network = context.network
    assert isinstance(network, TwoLayer | Layered)
    chain, samples = network.as_layered(context.parameters)[0], context.x.shape[1]
    found: dict[str, Tensor] = {}
    layers = chain.backward(context.layers, context.inputs, context.residual)
    for number, (layer, a, delta, weight, bias) in zip(
        range(len(chain.layers), 0, -1), layers, strict=True
    ):
        square = (
            linear_square_norm(a.flatten(2), delta, bias=False)
            if isinstance(layer, Linear)
            else convolution_square_norm(a, delta, bias=False)
        )
        found[f"W{number}"] = _variance(square, weight, samples)
        if bias is not None:
            # A channel's bias acts at every pixel.
            of_units = delta if isinstance(layer, Linear) else delta.flatten(3).sum(3)
            found[f"b{number}"] = _variance((of_units**2).sum((1, 2)), bias, samples)
    # As the network's own names for these are ordered.
    return torch.stack([found[name] for name in chain.parameter_dimensions], 1)


def _variance(squares: Tensor, total: Tensor, samples: int) -> Tensor:
    """Return the variance of the gradients of one parameter, (replica,), from their sum."""
    total = total.flatten(1)
    return gradient_variance(squares, ((total / samples) ** 2).sum(1), samples, total.shape[1])
