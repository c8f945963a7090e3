"""Mean bias of the hidden units; 0 where they have none."""

from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = True


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    weights, bias = context.layers["W1"], context.layers.get("b1")
    return weights.new_zeros(len(weights)) if bias is None else bias.mean(1)
