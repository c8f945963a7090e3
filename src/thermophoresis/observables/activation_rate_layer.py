"""Mean of σ' over units and samples of each hidden layer."""

from torch import Tensor

from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables import activation_rate
from thermophoresis.observables.activation import layer_activation_rates
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, layer)."""
    if isinstance(context.network, TwoLayer) and context.gaussian:
        return activation_rate.observe(context)[:, None]
    return layer_activation_rates(context).T
