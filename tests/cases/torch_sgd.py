"""A run as everybody would write it: torch.nn, autograd and torch.optim, from its settings."""

import itertools
import math

import torch
from own_network import ACTIVATIONS, Own
from torch import nn
from torch.optim import lr_scheduler

from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.load import build

POOLING = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


def module_of(settings, sample_shape, classes):
    """Return a network built of torch's own layers, or the user's own."""
    network, outputs = settings.network, classes or 1
    if network.kind == "module":
        return Own(**network.arguments)
    if network.kind == "cnn":
        return convolutional(network, sample_shape, outputs)
    hidden, biases = {
        "two_layer": lambda: ([network.hidden], [network.bias, False]),
        "mlp": lambda: (network.hidden, network.biases),
    }[network.kind]()
    sizes = [math.prod(sample_shape), *hidden, outputs]
    return nn.Sequential(nn.Flatten(), *linear(sizes, biases, ACTIVATIONS[network.activation]))


def linear(sizes, biases, sigma):
    """Return linear layers, σ between them."""
    layers = []
    for widths, bias in zip(itertools.pairwise(sizes), biases, strict=True):
        layers += [nn.Linear(*widths, bias=bias), sigma()]
    return layers[:-1]


def convolutional(network, sample_shape, outputs):
    """Return convolutions of which each has settings of its own, and linear layers."""
    sigma, layers = ACTIVATIONS[network.activation], []
    channels = [sample_shape[0], *network.channels]
    own = zip(network.kernel, network.stride, network.padding, network.pooling, strict=True)
    biases = list(network.biases)
    for sizes, (kernel, stride, padding, pooling) in zip(
        itertools.pairwise(channels), own, strict=True
    ):
        layers += [nn.Conv2d(*sizes, kernel, stride, padding, bias=biases.pop(0)), sigma()]
        layers += [POOLING[pooling.kind](pooling.size)] if pooling != "none" else []
    layers.append(nn.Flatten())
    units = nn.Sequential(*layers)(torch.zeros(1, *sample_shape)).shape[1]
    return nn.Sequential(*layers, *linear([units, *network.hidden, outputs], biases, sigma))


def named(module, settings, classes):
    """Return the module's parameters by our names."""
    if settings.network.kind == "module":
        return dict(module.named_parameters())
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


def batch_sizes(settings, steps):
    """Return |B| of every step: the cell's own, or multiplied at some steps."""
    schedule = settings.schedule
    if schedule is None or schedule.batch_size is None:
        return [settings.batch_size] * steps
    (stretch,) = schedule.batch_size
    assert (stretch.kind, stretch.unit) == ("step", "steps")
    passed = [sum(step >= at for at in stretch.at) for step in range(steps)]
    return [round(settings.batch_size * stretch.factor**times) for times in passed]


def scheduler_of(settings, optimiser, sizes, set_size):
    """Return torch's own scheduler, which is to be told of every step; None without one."""
    schedule, rate = settings.schedule, settings.learning_rate
    if schedule is None or schedule.learning_rate is None:
        return None
    (stretch,) = schedule.learning_rate
    if stretch.kind == "step":
        assert stretch.unit == "epochs"
        drawn = [0, *itertools.accumulate(sizes)]
        at = [next(k for k, it in enumerate(drawn) if it >= x * set_size) for x in stretch.at]
        return lr_scheduler.MultiStepLR(optimiser, at, gamma=stretch.factor)
    if stretch.kind == "cosine":
        assert (stretch.unit, stretch.over) == ("run", None)
        low = stretch.floor * rate
        return lr_scheduler.CosineAnnealingLR(optimiser, len(sizes), eta_min=low)
    assert stretch.unit == "steps"
    if stretch.kind == "cyclic":
        low, high = (rate * factor for factor in stretch.factors)
        half = stretch.period / 2
        return lr_scheduler.CyclicLR(optimiser, low, high, half, cycle_momentum=False)
    return lr_scheduler.LinearLR(optimiser, stretch.start, total_iters=int(stretch.over))


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
    block, sizes = range(replica, replica + 1), batch_sizes(settings, steps)
    scheduler = scheduler_of(settings, optimiser, sizes, source.set_size)
    x, y = source.stream(block).take(sum(sizes))
    every = source.training_set(block) if dynamics.noise_scale != 1 else None

    def gradient(x, y):
        loss = loss_of(settings, module(x), y, classes)
        return torch.autograd.grad(loss, list(parameters.values()))

    for x_batch, y_batch in zip(*(it[0].split(sizes) for it in (x, y)), strict=True):
        found = gradient(x_batch, y_batch)
        if every is not None:
            full = gradient(every[0][0], every[1][0])
            scale = dynamics.noise_scale
            found = [mean + scale * (one - mean) for one, mean in zip(found, full, strict=True)]
        for value, of_value in zip(parameters.values(), found, strict=True):
            value.grad = of_value
        optimiser.step()
        if scheduler is not None:
            scheduler.step()
    return {name: value.detach() for name, value in parameters.items()}
