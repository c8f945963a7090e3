"""Mean of σ' over units and samples of one hidden layer."""

from torch import Tensor

from thermophoresis.observables.activation import layer_activation_rate
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context, index: int | None) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    assert index is not None
    return layer_activation_rate(context, index)
