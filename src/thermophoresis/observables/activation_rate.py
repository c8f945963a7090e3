"""Mean of σ' over the hidden units and samples: how often units are active (Eq. 25)."""

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.observables.activation import (
    empirical_activation_rate,
    gaussian_activation_rate,
    layer_activation_rate,
)
from thermophoresis.observables.context import Context

OF_PARAMETERS = False


def observe(context: Context, index: int | None) -> Tensor:
    """Return the observable of every replica, (replica,)."""
    if isinstance(context.network, Layered):
        # Every layer counts alike.
        layers = range(1, len(context.inputs))
        return torch.stack([layer_activation_rate(context, layer) for layer in layers]).mean(0)
    if context.gaussian:
        return gaussian_activation_rate(context.parameters["W"], context.parameters.get("b"))
    return empirical_activation_rate(context.inputs[1])
