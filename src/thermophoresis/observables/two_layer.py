"""Everything that is recorded of a two-layer network at one moment of training."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables import layered
from thermophoresis.observables.activation import (
    empirical_activation_rate,
    gaussian_activation_rate,
)
from thermophoresis.observables.gradient_variance import two_layer_gradient_variance


def observe(
    network: TwoLayer | Layered, parameters: Parameters, x: Tensor, y: Tensor, *, gaussian: bool
) -> dict[str, Tensor]:
    """Measure what `thermophoresis.config.networks.two_layer` declares of a two-layer network.

    Parameters
    ----------
    network
        The network: scalar output, or the layered form that it has with several classes.
    parameters
        Stacked parameters, in the precision of the probe set (float64, so that differences of
        nearly equal means are safe).
    x, y
        Probe set: inputs (replica, sample, …) and labels (replica, sample), 0/1 or class indices.
    gaussian
        Whether x ~ N(0, I), in which case the activation rate has a closed form.

    Returns
    -------
    dict
        A tensor of shape (replica,) for each name.
    """
    if isinstance(network, Layered):
        weights, bias, second = parameters["W1"], parameters.get("b1"), parameters["W2"]
        measured = layered.observe(network, parameters, x, y)
        del measured["activation_rate_layer_1"]  # the only hidden layer
        return measured | _norms(weights, bias, second)
    weights, bias, second = parameters["W"], parameters.get("b"), parameters["V"]
    hidden = network.hidden_units(parameters, x)
    output = torch.bmm(hidden, second[..., None])[..., 0]
    residual = torch.sigmoid(output) - y
    loss = binary_cross_entropy_with_logits(output, y, reduction="none")
    return {
        "activation_rate": gaussian_activation_rate(weights, bias)
        if gaussian
        else empirical_activation_rate(hidden),
        **_norms(weights, bias, second),
        "loss": loss.mean(1),
        "squared_error": (residual**2).mean(1),
        "gradient_variance": two_layer_gradient_variance(
            x, hidden, residual, second, bias=network.bias
        ),
    }


def _norms(weights: Tensor, bias: Tensor | None, second: Tensor) -> dict[str, Tensor]:
    return {
        "second_layer_norm": torch.linalg.vector_norm(second.flatten(1), dim=1),
        "mean_bias": weights.new_zeros(len(weights)) if bias is None else bias.mean(1),
        "first_layer_norm": torch.linalg.vector_norm(weights, dim=(1, 2)),
    }
