"""Share of the training samples with a wrong label whose label is predicted; see `accuracy`.

Wrong is a label that is not that of the data. Random ones are right by chance, as often as there
are classes, and are predicted without being memorised: they do not count. NaN of a replica of which
no label is wrong.
"""

from torch import Tensor

from thermophoresis.observables.accuracy import is_predicted
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return share_predicted(context, wrong=True)


def share_predicted(context: Context, *, wrong: bool) -> Tensor:
    """Return the share of the training samples with a wrong or a right label that is predicted."""
    training = context.training
    chosen = (training.y != context.own_labels) == wrong
    return (training.once(is_predicted) & chosen).sum(1).to(context.x) / chosen.sum(1)
