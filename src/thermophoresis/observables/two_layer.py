"""Everything that is recorded of a two-layer network at one moment of training."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from thermophoresis.networks import Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.activation import (
    empirical_activation_rate,
    gaussian_activation_rate,
)
from thermophoresis.observables.gradient_variance import two_layer_gradient_variance


def observe(
    network: TwoLayer, parameters: Parameters, x: Tensor, y: Tensor, *, gaussian_inputs: bool
) -> dict[str, Tensor]:
    """Measure all quantities of `thermophoresis.vocabulary.OBSERVABLES`.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters, in the precision of the probe set (float64, so that differences of
        nearly equal means are safe).
    x, y
        Probe set: inputs (replica, sample, input) and labels (replica, sample).
    gaussian_inputs
        Whether x ~ N(0, I), in which case the activation rate has a closed form.

    Returns
    -------
    dict
        A tensor of shape (replica,) for each name.
    """
    weights, bias, second = parameters["W"], parameters.get("b"), parameters["V"]
    hidden = network.hidden_units(parameters, x)
    output = torch.bmm(hidden, second[..., None])[..., 0]
    residual = torch.sigmoid(output) - y
    loss = binary_cross_entropy_with_logits(output, y, reduction="none")
    return {
        "activation_rate": gaussian_activation_rate(weights, bias)
        if gaussian_inputs
        else empirical_activation_rate(hidden),
        "second_layer_norm": torch.linalg.vector_norm(second, dim=1),
        "mean_bias": second.new_zeros(len(second)) if bias is None else bias.mean(1),
        "first_layer_norm": torch.linalg.vector_norm(weights, dim=(1, 2)),
        "loss": loss.mean(1),
        "squared_error": (residual**2).mean(1),
        "gradient_variance": two_layer_gradient_variance(
            x, hidden, residual, second, bias=network.bias
        ),
    }
