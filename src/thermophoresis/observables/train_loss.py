"""Mean loss on the whole finite training set; see `loss`."""

from torch import Tensor

from thermophoresis.observables import loss
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return loss.observe(context.training)
