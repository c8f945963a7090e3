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
    inputs = context.inputs
    slopes = [
        network.slope(inputs, index) if isinstance(network, Layered) else inputs[index].sign()
        for index in range(1, len(inputs))
    ]
    rates = [it.flatten(3).mean((1, 3)) if it.ndim > 3 else it.mean(1) for it in slopes]
    widest = max(rate.shape[1] for rate in rates)
    padded = [pad(rate, (0, widest - rate.shape[1]), value=torch.nan) for rate in rates]
    return torch.stack(padded, 1)
