"""Mean of σ' over the hidden units and samples: how often units are active (Eq. 25)."""

from torch import Tensor

from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.activation import (
    gaussian_activation_rate,
    layer_activation_rates,
)
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    if isinstance(context.network, TwoLayer) and context.gaussian:
        return gaussian_activation_rate(context.parameters["W"], context.parameters.get("b"))
    return layer_activation_rates(context).mean(0)  # every layer counts alike
