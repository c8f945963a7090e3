"""Trace of the covariance D of the gradients of single training samples: its eigenvalues' sum."""

from torch import Tensor

from thermophoresis.observables import train_gradient_variance
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    parameters = sum(value[0].numel() for value in context.parameters.values())
    return parameters * context.once(train_gradient_variance.observe)
