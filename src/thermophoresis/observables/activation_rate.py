"""Mean of σ' over the hidden units and samples: how often units are active (Eq. 25)."""

from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.observables.activation import (
    empirical_activation_rate,
    gaussian_activation_rate,
    layer_activation_rates,
)
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    if isinstance(context.network, Layered):
        return layer_activation_rates(context).mean(0)  # every layer counts alike
    if context.gaussian:
        return gaussian_activation_rate(context.parameters["W"], context.parameters.get("b"))
    return empirical_activation_rate(context.inputs[1])
