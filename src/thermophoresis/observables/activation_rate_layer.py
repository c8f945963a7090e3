"""Mean of σ' over units and samples of each hidden layer."""

from torch import Tensor

from thermophoresis.observables.activation import layer_activation_rates
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica, layer)."""
    return layer_activation_rates(context).T
