"""Everything that is recorded of a layered network at one moment of training."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from thermophoresis.networks.layered import Layered, Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.observables.gradient_variance import (
    convolution_square_norm,
    gradient_variance,
    linear_square_norm,
)


def observe(
    network: Layered, parameters: Parameters, x: Tensor, y: Tensor, *, gaussian: bool = False
) -> dict[str, Tensor]:
    """Measure activation rates, loss, squared error and gradient variance.

    Replicas are measured one after the other: the activations of one on a whole probe set are
    already larger than a cache.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters, in the precision of the probe set (float64, so that differences of
        nearly equal means are safe).
    x, y
        Probe set: inputs (replica, sample, …) and labels (replica, sample), 0/1 or class indices.
        A leading axis of length 1 serves all replicas.
    gaussian
        Whether x ~ N(0, I); there is no closed form beyond the first layer, so it makes no
        difference here.

    Returns
    -------
    dict
        A tensor of shape (replica,) for each name. The activation rate is the mean over hidden
        layers of each layer's mean of σ' over units and samples (Eq. 25; for ReLU the fraction that
        is active), so that every layer counts alike.
    """
    measured = []
    for replica in range(len(parameters["W1"])):
        own = slice(replica, replica + 1)
        probe = own if len(x) > 1 else slice(0, 1)
        one = {name: value[own] for name, value in parameters.items()}
        measured.append(_observe_one(network, one, x[probe], y[probe]))
    return {name: torch.cat([found[name] for found in measured]) for name in measured[0]}


def _observe_one(
    network: Layered, parameters: Parameters, x: Tensor, y: Tensor
) -> dict[str, Tensor]:
    inputs, logits = network.activations(parameters, x)
    residual = network.residual(logits, y)
    rates = torch.stack([network.sigma.slope(a).flatten(1).mean(1) for a in inputs[1:]])
    return {
        "activation_rate": rates.mean(0),
        **{f"activation_rate_layer_{k}": rate for k, rate in enumerate(rates, start=1)},
        "loss": _loss(network, logits, y),
        "squared_error": (residual**2).sum(2).mean(1),
        "gradient_variance": _gradient_variance(network, parameters, inputs, residual),
    }


def _loss(network: Layered, logits: Tensor, y: Tensor) -> Tensor:
    if network.classes is None:
        loss = binary_cross_entropy_with_logits(logits[..., 0], y, reduction="none")
    else:
        loss = cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(y.shape)
    return loss.mean(1)


def _gradient_variance(
    network: Layered, parameters: Parameters, inputs: list[Tensor], residual: Tensor
) -> Tensor:
    samples = residual.shape[1]
    square = mean_square = residual.new_zeros(len(residual))
    for layer, a, delta, weight, bias in network.backward(parameters, inputs, residual):
        square = square + (
            linear_square_norm(a.flatten(2), delta, bias=layer.bias)
            if isinstance(layer, Linear)
            else convolution_square_norm(a, delta, bias=layer.bias)
        )
        for gradient in (weight,) if bias is None else (weight, bias):
            mean_square = mean_square + ((gradient / samples) ** 2).flatten(1).sum(1)
    return gradient_variance(square, mean_square, samples, network.parameter_count)
