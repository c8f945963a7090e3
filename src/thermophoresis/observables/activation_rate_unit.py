"""Mean of σ' over the samples of every hidden unit: how often it is active.

Layers with fewer units than the widest have NaN behind them. The rate of a channel of a
convolution is that over its pixels. For x ~ N(0, I), that of the two-layer network is exact.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.activation import gaussian_unit_rates
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, layer, unit)."""
    network, parameters = context.network, context.parameters
    if isinstance(network, TwoLayer) and context.gaussian:
        return gaussian_unit_rates(parameters["W"], parameters.get("b"))[:, None]
    slopes = [
        network.slope(context.inputs, layer)
        if isinstance(network, Layered)
        else context.inputs[layer].sign()
        for layer in range(1, len(context.inputs))
    ]
    rates = [slope.flatten(3).mean((1, 3)) if slope.ndim > 3 else slope.mean(1) for slope in slopes]
    widest = max(rate.shape[1] for rate in rates)
    padded = [pad(rate, (0, widest - rate.shape[1]), value=torch.nan) for rate in rates]
    return torch.stack(padded, 1)
