"""L2 norm ‖μ‖ of the gradient of the mean loss on the probe set.

μ is the mean of S gradients, so that its square has Tr C/S more in the mean than that of the
expected gradient.
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gradients_of

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    return context.once(gradients_of).square_norm.sqrt()
