"""Share of the whole finite training set whose label is predicted; see `accuracy`."""

from torch import Tensor

from thermophoresis.observables import accuracy
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return accuracy.observe(context.training)
