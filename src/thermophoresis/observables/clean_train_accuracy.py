"""Share of the training samples with the label of the data whose label is predicted.

What is not `memorised_share`. NaN of a replica of which all labels are wrong.
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.memorised_share import share_predicted

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return share_predicted(context, wrong=False)
