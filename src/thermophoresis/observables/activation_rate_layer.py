"""Mean of σ' over units and samples of each hidden layer."""

from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.observables import activation_rate
from thermophoresis.observables.activation import layer_activation_rates
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, layer)."""
    if not isinstance(context.network, Layered):  # it has one hidden layer
        return activation_rate.observe(context)[:, None]
    return layer_activation_rates(context).T
