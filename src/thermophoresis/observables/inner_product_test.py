"""Least θ for which the inner-product test passes: θ² = Var(g·μ)/(|B| ‖μ‖⁴).

The test of Bollapragada, Byrd and Nocedal, *Adaptive sampling strategies for stochastic
optimization* (2018), Eq. 2.6, and Cockpit's InnerTest: is what noise adds to a step along the
gradient small? Mean μ and variance are those over the probe set, |B| that of the run.
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gradients_of, ratio

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    gradients, batch_size = context.once(gradients_of), context.moment.batch_size
    square = gradients.square_norm
    return ratio(gradients.projected_variance / batch_size, square.square()).sqrt()
