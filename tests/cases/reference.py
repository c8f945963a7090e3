"""Slow and simple: what everybody would write, as an oracle for the engine."""

import torch
from torch import nn

from thermophoresis.data.samples import SampleStream
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution


def activation_of(network):
    """Return torch's own activation function of a chain of layers."""
    known = {
        "relu": torch.relu,
        "tanh": torch.tanh,
        "gelu": nn.functional.gelu,
        "identity": torch.positive,
    }
    return known[network.activation]


def modules_of(layer):
    """Return torch's own layer in float64, and the pooling in front of it."""
    if isinstance(layer, Pooled):
        pooling = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[layer.kind]
        return modules_of(layer.layer)[0], pooling(layer.size)
    options = {"bias": layer.bias, "dtype": torch.float64}
    if isinstance(layer, Linear):
        return nn.Linear(layer.inputs, layer.outputs, **options), nn.Identity()
    if isinstance(layer, StridedConvolution):
        options |= {"stride": layer.stride, "padding": layer.padding}
    return nn.Conv2d(layer.inputs, layer.outputs, layer.kernel, **options), nn.Identity()


class ReferenceTwoLayer(nn.Module):
    """f(x) = V σ(Wx + b) from torch's own layers."""

    def __init__(self, network, dtype=torch.float64):
        super().__init__()
        self.first = nn.Linear(network.inputs, network.hidden, bias=network.bias, dtype=dtype)
        self.second = nn.Linear(network.hidden, 1, bias=False, dtype=dtype)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))[..., 0]

    def load(self, parameters, replica):
        with torch.no_grad():
            self.first.weight.copy_(parameters["W"][replica])
            self.second.weight.copy_(parameters["V"][replica][None])
            if self.first.bias is not None:
                self.first.bias.copy_(parameters["b"][replica])
        return self

    def stacked(self):
        found = {"W": self.first.weight, "V": self.second.weight[0], "b": self.first.bias}
        return {name: value.detach().clone() for name, value in found.items() if value is not None}


def initial_parameters(network, replicas, dtype, seed=0):
    streams = [generator(seed, replica, Purpose.INITIALISATION) for replica in replicas]
    return network.initialise(streams, dtype)


def train_reference(network, kind, *, replica, learning_rate, batch_size, steps, seed=0):
    """Train one replica with nn.Module and optim.SGD in float64 on the engine's draws."""
    module = ReferenceTwoLayer(network)
    module.load(initial_parameters(network, [replica], torch.float64, seed), 0)
    optimiser = torch.optim.SGD(module.parameters(), lr=learning_rate)
    loss = nn.BCEWithLogitsLoss()
    x, y = SampleStream(
        kind,
        seed=seed,
        replicas=range(replica, replica + 1),
        inputs=network.inputs,
        dtype=torch.float64,
    ).take(steps * batch_size)
    for step in range(steps):
        batch = slice(step * batch_size, (step + 1) * batch_size)
        optimiser.zero_grad()
        loss(module(x[0, batch]), y[0, batch]).backward()
        optimiser.step()
    return module.stacked()
