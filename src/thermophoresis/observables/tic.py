"""Takeuchi information criterion Tr(C₀ H⁻¹) with the diagonals of its matrices, Σ_p E[g_p²]/H_pp.

Of Thomas et al., *On the interplay between noise and curvature and its effect on optimization and
generalization* (2020), and Cockpit's TICDiag with exact Gauss–Newton diagonal: C₀ is the second
moment of the gradients of single samples, H the Gauss–Newton matrix of the loss, both over the
probe set. With ReLU its diagonal is that of the Hessian. Cockpit adds 10⁻⁷ to it; here a parameter
that no sample moves counts as 0.
"""

from typing import cast

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.observables.context import Context
from thermophoresis.observables.gradients import gauss_newton_diagonal, gradients_of, ratio

OF_PARAMETERS = False


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    gradients = context.once(gradients_of)
    samples = gradients.samples
    moment = gradients.variance * ((samples - 1) / samples) + gradients.mean.square()
    curvature = [
        gauss_newton_diagonal(cast(Layered, it.network), it.parameters, it.x[0])
        for it in context.singles()
    ]
    return ratio(moment, torch.stack(curvature)).sum(1)
