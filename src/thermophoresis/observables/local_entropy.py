"""Local entropy f_γ − f of the training loss f, with f_γ = −ln(G_γ * e^{−f}).

G_γ is a Gaussian of variance γ in each parameter (Chaudhari and Soatto 2018, Section V-C), so that

    f_γ(θ) − f(θ) = −ln E exp(f(θ) − f(θ + √γ ξ)),    ξ ~ N(0, I).

The mean is taken by Monte Carlo, over pairs ±ξ, in which the slope of f cancels. The draws are
those of the replica at every record, and of replicas of one number in every cell: what is compared
has the same ones. For γ → 0 it is ½γ Tr H, for a quadratic f with ∇f = 0 exactly ½ ln det(I + γH).
"""

import torch
from torch import Tensor

from thermophoresis.config.observables.local_entropy import VARIANCE
from thermophoresis.observables import loss
from thermophoresis.observables.context import Context

OF_PARAMETERS = False

PAIRS = 8  # of draws, ±ξ


def observe(context: Context) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    here = loss.observe(context.training)
    fall = torch.stack([here - there for there in _around(context)])
    pairs = torch.tensor(float(len(fall)), dtype=fall.dtype, device=fall.device)
    return torch.log(pairs) - torch.logsumexp(fall, 0)


def _around(context: Context) -> list[Tensor]:
    """Return the training loss at each draw, each (replica,)."""
    training, streams = context.training, context.streams("local_entropy")
    scale = VARIANCE**0.5
    found = []
    for _ in range(PAIRS):
        drawn = {
            name: torch.stack(
                [
                    torch.empty(value.shape[1:], dtype=torch.float64).normal_(generator=stream)
                    for stream in streams
                ]
            ).to(value)
            for name, value in training.parameters.items()
        }
        for sign in (scale, -scale):
            moved = {
                name: value + sign * drawn[name] for name, value in training.parameters.items()
            }
            there = type(training)(context.network, moved, training.x, training.y)
            found.append(loss.observe(there))
    return found
