"""Gradient noise scale Tr C/‖μ‖²: the batch size at which noise and mean gradient are as large.

The simple noise scale of McCandlish et al., *An Empirical Model of Large-Batch Training* (2018),
Eq. 2.9, with mean μ and covariance C of the gradients of single samples over the probe set. Where
these S samples do not tell the mean from its noise, the scale is about S: more probes, larger
scales.
"""

from torch import Tensor

from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gradients_of, ratio

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    gradients = context.once(gradients_of)
    return ratio(gradients.covariance_trace, gradients.square_norm)
