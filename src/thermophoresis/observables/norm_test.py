"""Least θ for which the norm test passes: θ² = Tr C/(|B| ‖μ‖²).

The test of Byrd, Chin, Nocedal and Wu, *Sample size selection in optimization methods for machine
learning* (2012), Eq. 3.9, and Cockpit's NormTest: is the standard error of the gradient of a batch
at most θ times its norm? Mean and covariance are those over the probe set, |B| that of the run.
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gradients_of, ratio

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    gradients, batch_size = context.once(gradients_of), context.moment.batch_size
    return ratio(gradients.covariance_trace / batch_size, gradients.square_norm).sqrt()
