"""Mean squared residual on the probe set, summed over classes: E(p − y)² of cross entropy."""

from torch import Tensor

from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return (context.residual**2).sum(2).mean(1)
