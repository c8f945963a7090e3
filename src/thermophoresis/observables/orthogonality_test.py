"""Least ν for which the orthogonality test passes: ν² = (Tr C − μᵀCμ/‖μ‖²)/(|B| ‖μ‖²).

The test of Bollapragada, Byrd and Nocedal, *Adaptive sampling strategies for stochastic
optimization* (2018), Eq. 3.3, and Cockpit's OrthoTest: is what noise adds to a step across the
gradient small? With θ of the norm test and θ' of the inner-product test, ν² = θ² − θ'².
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gradients_of, ratio

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    gradients, batch_size = context.once(gradients_of), context.moment.batch_size
    square = gradients.square_norm
    # Of each deviation from the mean, less its part along the mean.
    along = ratio(gradients.projected_variance, square)
    across = (gradients.covariance_trace - along).clamp(min=0)
    return ratio(across / batch_size, square).sqrt()
