"""A run as everybody would write it: torch.nn, autograd and torch.optim.SGD, from its settings."""

import itertools
import math

import torch
from torch import nn

from thermophoresis.draws.streams import QUANTUM, Purpose, generator
from thermophoresis.networks.load import build

# torch's own modules by our names.
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "identity": nn.Identity}


def module_of(settings, sample_shape, classes):
    """Return a network built of torch's own layers."""
    network, outputs = settings.network, classes or 1
    size, sigma = math.prod(sample_shape), ACTIVATIONS[network.activation]
    if network.kind == "cnn6":
        channels = [sample_shape[0], *[network.channels] * 5]
        layers = []
        for sizes in itertools.pairwise(channels):
            layers += [nn.Conv2d(*sizes, network.kernel), sigma()]
        pixels = [edge - 5 * (network.kernel - 1) for edge in sample_shape[1:]]
        return nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(channels[-1] * math.prod(pixels), outputs)
        )
    hidden, biases = {
        "two_layer": lambda: ([network.hidden], [network.bias, False]),
        "mlp": lambda: (network.hidden, network.biases),
        "mlp6": lambda: ([network.hidden] * 5, [True] * 6),
    }[network.kind]()
    layers = [nn.Flatten()]
    for sizes, bias in zip(itertools.pairwise([size, *hidden, outputs]), biases, strict=True):
        layers += [nn.Linear(*sizes, bias=bias), sigma()]
    return nn.Sequential(*layers[:-1])


def named(module, settings, classes):
    """Return the module's parameters by our names."""
    found, number = {}, 0
    for layer in module:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            number += 1
            found[f"W{number}"] = layer.weight
            if layer.bias is not None:
                found[f"b{number}"] = layer.bias
    network = settings.network
    if network.kind == "two_layer" and classes is None and network.activation == "relu":
        return {{"W1": "W", "b1": "b", "W2": "V"}[name]: it for name, it in found.items()}
    return found


def loss_of(settings, logits, y, classes):
    """Return the mean loss of a batch, from torch's own functions."""
    if settings.loss == "cross_entropy":
        if classes is None:
            return nn.functional.binary_cross_entropy_with_logits(logits[:, 0], y)
        return nn.functional.cross_entropy(logits, y)
    low, high = (0, 1) if settings.loss == "squared" else settings.loss.targets
    own = y[:, None] if classes is None else nn.functional.one_hot(y, classes)
    targets = low + (high - low) * own.to(logits.dtype)
    return nn.functional.mse_loss(logits, targets, reduction="sum") / 2 / len(y)


def rate_at(settings, step):
    """Return η of the step that leads from so many updates to the next."""
    return settings.learning_rate


def train(settings, source, *, replica, steps):
    """Return the parameters of one replica after some steps, float64, by our names."""
    classes, dynamics = source.classes, settings.dynamics
    module = module_of(settings, source.sample_shape, classes).to(torch.float64)
    parameters = named(module, settings, classes)
    streams = [generator(settings.seed, replica, Purpose.INITIALISATION)]
    network = build(settings.network, source.sample_shape, classes)
    for name, value in network.initialise(streams, torch.float64).items():
        parameters[name].data = value[0].reshape(parameters[name].shape).clone()
    optimiser = torch.optim.SGD(
        [value for name, value in parameters.items() if name not in dynamics.freeze],
        lr=settings.learning_rate,
        momentum=dynamics.momentum,
        nesterov=dynamics.nesterov,
        weight_decay=dynamics.weight_decay,
    )
    block, size = range(replica, replica + 1), settings.batch_size
    x, y = source.stream(block).take(-(-steps * size // QUANTUM) * QUANTUM)
    every = source.training_set(block) if dynamics.noise_scale != 1 else None

    def gradient(x, y):
        loss = loss_of(settings, module(x), y, classes)
        return torch.autograd.grad(loss, list(parameters.values()))

    for step in range(steps):
        batch = slice(step * size, (step + 1) * size)
        found = gradient(x[0, batch], y[0, batch])
        if every is not None:
            full = gradient(every[0][0], every[1][0])
            scale = dynamics.noise_scale
            found = [mean + scale * (one - mean) for one, mean in zip(found, full, strict=True)]
        for value, of_value in zip(parameters.values(), found, strict=True):
            value.grad = of_value
        for group in optimiser.param_groups:
            group["lr"] = rate_at(settings, step)
        optimiser.step()
    return {name: value.detach() for name, value in parameters.items()}
