"""Convolutional chains by compiled loops against torch's autograd and optimiser, in float64."""

import numpy as np
import pytest
import torch
from reference import initial_parameters
from torch.nn.functional import avg_pool2d, conv2d, cross_entropy, linear, max_pool2d

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution
from thermophoresis.simulations.sgd.chains import stepper
from thermophoresis.simulations.sgd.chains.convolution import place
from thermophoresis.simulations.sgd.steppers import initial_state

RATE = 0.005
STEPS = 200


def images(layers, shape, activation="relu"):
    """Return a network of three classes."""
    return Layered(layers, 3, activation, sample_shape=shape)


# Like cnn6, and kernels of several sizes, strides, paddings; no size fills a vector register.
NETWORKS = {
    "ten_channels": images(
        (*(Convolution(inputs, 10, 5) for inputs in (1, 10, 10)), Linear(120, 3)), (1, 16, 15)
    ),
    "kernels": images(
        (
            Convolution(3, 6, 1),
            Convolution(6, 7, 7, bias=False),
            Convolution(7, 19, 2),
            Linear(76, 3),
        ),
        (3, 9, 9),
    ),
    "tanh": images((Convolution(2, 5, 3), Convolution(5, 4, 4), Linear(16, 3)), (2, 7, 7), "tanh"),
    "strided": images(
        (
            StridedConvolution(1, 6, 5, True, 2, 2),
            StridedConvolution(6, 4, 3, True, 1, 1),
            Linear(4 * 7 * 6, 3),
        ),
        (1, 13, 12),
    ),
    "pooled": images(
        (
            Convolution(1, 6, 3),
            Pooled(Convolution(6, 5, 2), "max", 2),
            Pooled(Linear(5 * 3 * 2, 3), "average", 2),
        ),
        (1, 17, 12),
    ),
}
DYNAMICS = {"plain": SGD(), "momentum": SGD(momentum=0.9, weight_decay=0.01)}
ALL = pytest.mark.parametrize("name", NETWORKS)


def samples(network, replicas, count, dtype):
    """Return inputs, a quarter of their numbers 0, and labels."""
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(replicas, count, *network.sample_shape, generator=draw, dtype=torch.float64)
    x = torch.where(torch.rand(x.shape, generator=draw) < 0.25, 0.0, x)
    return x.to(dtype), torch.randint(3, (replicas, count), generator=draw)


def train(network, initial, x, y, *, batch_size, dynamics, steps=STEPS):
    """Train by the loops."""
    made = stepper.make_stepper(
        network,
        initial_state(initial),
        dynamics=dynamics,
        rate=lambda _: RATE,
        batch_size=batch_size,
    )
    made.load(x, y, [batch_size] * steps)
    made.advance(0, steps)
    return made.parameters()


def forward(network, parameters, x):
    """Return the logits of one replica, from torch's functions."""
    for number, layer in enumerate(network.layers, start=1):
        if number > 1:
            x = torch.relu(x) if network.activation == "relu" else torch.tanh(x)
        if isinstance(layer, Pooled):
            x = (max_pool2d if layer.kind == "max" else avg_pool2d)(x, layer.size)
            layer = layer.layer
        weight, bias = parameters[f"W{number}"], parameters.get(f"b{number}")
        if isinstance(layer, Linear):
            x = linear(x.flatten(1), weight, bias)
        else:
            how = {
                "stride": getattr(layer, "stride", 1),
                "padding": getattr(layer, "padding", 0),
            }
            x = conv2d(x, weight, bias, **how)
    return x


def train_reference(network, initial, x, y, *, batch_size, dynamics):
    """Train one replica by autograd and ``optim.SGD``."""
    parameters = {name: value.clone().requires_grad_() for name, value in initial.items()}
    optimiser = torch.optim.SGD(
        parameters.values(),
        lr=RATE,
        momentum=dynamics.momentum,
        weight_decay=dynamics.weight_decay,
    )
    for step in range(STEPS):
        batch = slice(step * batch_size, (step + 1) * batch_size)
        optimiser.zero_grad()
        cross_entropy(forward(network, parameters, x[batch]), y[batch]).backward()
        optimiser.step()
    return parameters


@ALL
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_steps_agree_with_autograd(name, batch_size, dynamics):
    network, options = NETWORKS[name], {"batch_size": batch_size, "dynamics": DYNAMICS[dynamics]}
    assert stepper.covers(network, DYNAMICS[dynamics])
    initial = initial_parameters(network, range(2), torch.float64)
    x, y = samples(network, 2, batch_size * STEPS, torch.float64)
    trained = train(network, initial, x, y, **options)
    for replica in range(2):
        own = {name: value[replica] for name, value in initial.items()}
        expected = train_reference(network, own, x[replica], y[replica], **options)
        for key, value in expected.items():
            assert not torch.equal(value, own[key])
            found = trained[key][replica]
            torch.testing.assert_close(found, value.detach(), rtol=1e-10, atol=1e-13)


@ALL
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_neighbours_change_no_bit_even_if_they_diverge(name, dtype):
    network, options = NETWORKS[name], {"batch_size": 3, "dynamics": SGD(), "steps": 20}
    initial = initial_parameters(network, range(5), dtype)
    x, y = samples(network, 5, 60, dtype)
    initial["W1"][1] = torch.nan
    many = train(network, initial, x, y, **options)
    assert many["W1"][1].isnan().all()
    for own in (slice(0, 1), slice(2, 5), slice(4, 5)):
        few = {key: value[own] for key, value in initial.items()}
        for key, value in train(network, few, x[own], y[own], **options).items():
            assert value.isfinite().all()
            assert torch.equal(value, many[key][own])


def test_every_weight_has_a_place_of_its_own():
    placed = place(Convolution(3, 19, 4), 9, 8)
    places = placed.weights.ravel()
    assert len(np.unique(places)) == 3 * 19 * 16
    assert places.max() < placed.numbers[0]


def test_networks_whose_images_have_no_known_size_are_left_to_others():
    chain = Layered((Convolution(1, 2, 3), Linear(2 * 9, 3)), 3)
    assert not stepper.covers(chain, SGD())
