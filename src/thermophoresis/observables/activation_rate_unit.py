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
    slope = network.sigma.slope if isinstance(network, Layered) else torch.sign
    rates = [
        slope(units).flatten(3).mean((1, 3)) if units.ndim > 3 else slope(units).mean(1)
        for units in context.inputs[1:]
    ]
    widest = max(rate.shape[1] for rate in rates)
    padded = [pad(rate, (0, widest - rate.shape[1]), value=torch.nan) for rate in rates]
    return torch.stack(padded, 1)
