"""Activation rate of hidden units: how often their pre-activation is positive (Eq. 25)."""

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context


def gaussian_activation_rate(weights: Tensor, bias: Tensor | None) -> Tensor:
    """Activation rate for x ~ N(0, I), in closed form.

    The pre-activation w·x + b is normal with mean b and standard deviation ‖w‖, so that a unit is
    active with probability Φ(b/‖w‖); Eq. 25 averages that over the units.

    Parameters
    ----------
    weights
        First-layer weights, (replica, hidden, input).
    bias
        Biases, (replica, hidden), or None.

    Returns
    -------
    Tensor
        Shape (replica,), between 0 and 1.
    """
    return gaussian_unit_rates(weights, bias).mean(1)


def gaussian_unit_rates(weights: Tensor, bias: Tensor | None) -> Tensor:
    """Return the activation rate of every unit for x ~ N(0, I), (replica, hidden).

    Arguments are those of `gaussian_activation_rate`.
    """
    norm = torch.linalg.vector_norm(weights, dim=2)
    bias = torch.zeros_like(norm) if bias is None else bias
    # A unit without weights is active always (b > 0) or never: σ'(0) = 0.
    return torch.where(norm > 0, torch.special.ndtr(bias / norm), (bias > 0).to(norm.dtype))


def empirical_activation_rate(hidden: Tensor) -> Tensor:
    """Activation rate as the mean over a probe set.

    Parameters
    ----------
    hidden
        Outputs of the ReLU units, (replica, sample, hidden).

    Returns
    -------
    Tensor
        Shape (replica,), between 0 and 1.
    """
    return (hidden > 0).to(torch.float64).mean((1, 2))


def layer_activation_rates(context: Context) -> Tensor:
    """Activation rates of the hidden layers of a chain of layers, from σ' at the probe set.

    Parameters
    ----------
    context
        The replicas.

    Returns
    -------
    Tensor
        Shape (layer, replica): means of σ' over units and samples; for ReLU the fraction that is
        active.
    """
    if context.compiled is not None:
        return context.compiled.rates.T
    if isinstance(context.network, TwoLayer):
        return empirical_activation_rate(context.inputs[1])[None]
    assert isinstance(context.network, Layered)
    slopes = (
        context.network.slope(context.inputs, index) for index in range(1, len(context.inputs))
    )
    return torch.stack([slope.flatten(1).mean(1) for slope in slopes])
