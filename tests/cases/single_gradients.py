"""Networks with gradients of single samples by autograd: shared by tests of their products."""

import pytest
import torch
from reference import activation_of, initial_parameters, modules_of
from torch import nn

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution
from thermophoresis.networks.two_layer import TwoLayer

SAMPLES = 7
CONVOLUTIONS = (
    StridedConvolution(2, 3, 3, stride=2, padding=1),
    Pooled(Convolution(3, 4, 2), "max", 2),
    Linear(16, 5),
)
CASES = {
    "two_layer": (TwoLayer(4, 5), (4,)),
    "linear": (Layered((Linear(4, 3, bias=False),), 3), (4,)),
    "deep": (Layered((Linear(4, 5), Linear(5, 4, bias=False), Linear(4, 3)), 3, "tanh"), (4,)),
    "squared": (Layered((Linear(4, 5), Linear(5, 3)), 3, loss=Squared()), (4,)),
    "images": (Layered((Convolution(2, 3, 2), Convolution(3, 2, 3), Linear(18, 3)), 3), (2, 6, 6)),
    "pooled": (Layered(CONVOLUTIONS, 5), (2, 11, 11)),
}
EVERY = pytest.mark.parametrize("name", CASES)


def draw(name, seed=1):
    network, shape = CASES[name]
    stream = torch.Generator().manual_seed(seed)
    parameters = initial_parameters(network, range(seed, seed + 1), torch.float64)
    x = torch.randn(SAMPLES, *shape, generator=stream, dtype=torch.float64)
    y = torch.randint(network.classes or 2, (SAMPLES,), generator=stream)
    chain, views = network.as_layered(parameters)
    return chain, views, x, y if network.classes else y.double()


def by_autograd(chain, views, x, y):
    """Return the gradient of every sample's loss by nn.Module and autograd, (sample, parameter)."""
    parts, named = [], []
    for number, layer in enumerate(chain.layers, start=1):
        plain, pooling = modules_of(layer)
        parts += [activation_of(chain)] if number > 1 else []
        parts += [pooling, *([nn.Flatten()] if isinstance(plain, nn.Linear) else []), plain]
        with torch.no_grad():
            plain.weight.copy_(views[f"W{number}"][0])
            if plain.bias is not None:
                plain.bias.copy_(views[f"b{number}"][0])
        named.append((number, plain))
    order = {f"W{number}": plain.weight for number, plain in named}
    order |= {f"b{number}": plain.bias for number, plain in named}
    rows = []
    for sample in range(len(x)):
        z = x[sample : sample + 1]
        for part in parts:
            z = part(z)
        if isinstance(chain.loss, Squared):
            loss = ((z[0] - nn.functional.one_hot(y[sample], chain.classes)) ** 2).sum() / 2
        elif chain.classes:
            loss = nn.functional.cross_entropy(z, y[sample : sample + 1])
        else:
            loss = nn.functional.binary_cross_entropy_with_logits(z[0], y[sample : sample + 1])
        found = torch.autograd.grad(loss, [order[name] for name in views])
        rows.append(torch.cat([it.flatten() for it in found]))
    return torch.stack(rows)
