"""Variance of the gradients of single samples over the training set; see `gradient_variance`."""

from torch import Tensor

from thermophoresis.observables import gradient_variance
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    training = context.training
    # A set that replicas share has one for all of them.
    x = training.x.to(context.x).expand(context.replicas, *training.x.shape[1:])
    return gradient_variance.observe(Context(context.network, training.parameters, x, training.y))
