"""Root mean square of the size of the next step, ‖Δθ‖ = η ‖g_B‖ of plain SGD.

For a batch B of independent samples, E‖g_B‖² = ‖μ‖² + Tr C/|B| with mean and covariance of the
gradients of single samples, here over the probe set. No batch has to be drawn for it.
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gradients_of

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    gradients, moment = context.once(gradients_of), context.moment
    square = gradients.square_norm + gradients.covariance_trace / moment.batch_size
    return moment.learning_rate * square.sqrt()
