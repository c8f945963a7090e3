"""Compiled loops against torch.optim and the gradients of networks, in float64."""

import itertools

import pytest
import torch
from reference import initial_parameters

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.cross_entropy import CROSS_ENTROPY
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd.chains import stepper
from thermophoresis.simulations.sgd.steppers import initial_state

RATES = (0.005, 0.0025, 0.004)


def chain(*sizes, classes=None, activation="relu", loss=CROSS_ENTROPY, biases=True):
    layers = tuple(Linear(*it, biases) for it in itertools.pairwise(sizes))
    return Layered(layers, classes, activation, loss=loss)


SQUARED = Squared((-1.0, 1.0))
# Widths below, at and above whole vectors, and above what is worked on together (128).
NETWORKS = {
    "two_layer": TwoLayer(10, 10),
    "two_layer_without_bias": TwoLayer(7, 33, bias=False),
    "linear": chain(5, 1),
    "linear_classes": chain(17, 3, classes=3),
    "classes": chain(16, 48, 20, 10, classes=10),
    "wide": chain(20, 150, 300, 2, classes=2),
    "deep": chain(10, 16, 17, 15, 3, 1),
    "without_biases": chain(9, 18, 4, 1, biases=False),
    "tanh": chain(10, 20, 5, 1, activation="tanh"),
    "gelu": chain(10, 20, 5, 3, classes=3, activation="gelu"),
    "identity": chain(10, 20, 5, 1, activation="identity"),
    "squared": chain(10, 20, 5, 1, loss=SQUARED),
    "squared_classes": chain(10, 20, 3, classes=3, activation="tanh", loss=SQUARED),
}
DYNAMICS = {
    "plain": SGD(),
    "momentum": SGD(momentum=0.9),
    "nesterov": SGD(momentum=0.5, nesterov=True, weight_decay=0.01),
    "decay": SGD(weight_decay=0.1),
}


@pytest.fixture(params=["lanes", "alone"], autouse=True)
def loops(request, monkeypatch):
    most = {"lanes": 10**6, "alone": 0}[request.param]
    monkeypatch.setattr(stepper, "LANES_PARAMETERS", most)


def inputs_of(network):
    return network.inputs if isinstance(network, TwoLayer) else network.layers[0].inputs


def samples(network, replicas, count, dtype=torch.float64):
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(replicas, count, inputs_of(network), generator=draw, dtype=torch.float64)
    x[:, ::3, 1] = 0  # what is left out
    y = torch.randint(network.classes or 2, (replicas, count), generator=draw)
    return x.to(dtype), y if network.classes else y.to(dtype)


def made(network, parameters, dynamics, sizes, **options):
    return stepper.make_stepper(
        network,
        initial_state(parameters),
        dynamics=dynamics,
        rate=lambda step: RATES[step % 3],
        batch_size=max(sizes),
        **options,
    )


def expected(network, parameters, dynamics, x, y, sizes):
    """Return what torch.optim makes of the gradients of the network."""
    found = {name: value.clone() for name, value in parameters.items()}
    trained = [value for name, value in found.items() if name not in dynamics.freeze]
    optimiser = torch.optim.SGD(
        trained,
        lr=1.0,
        momentum=dynamics.momentum,
        nesterov=dynamics.nesterov,
        weight_decay=dynamics.weight_decay,
    )
    for step, (x_one, y_one) in enumerate(zip(x.split(sizes, 1), y.split(sizes, 1), strict=True)):
        optimiser.param_groups[0]["lr"] = RATES[step % 3]
        for name, gradient in network.gradient(found, x_one, y_one).items():
            found[name].grad = gradient
        optimiser.step()
    return found


@pytest.mark.parametrize("dynamics", DYNAMICS)
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("name", NETWORKS)
def test_loops_agree_with_the_optimiser(name, batch_size, dynamics):
    network, chosen, sizes = NETWORKS[name], DYNAMICS[dynamics], [batch_size] * 200
    parameters = initial_parameters(network, range(3), torch.float64)
    x, y = samples(network, 3, sum(sizes))
    loops = made(network, parameters, chosen, sizes)
    loops.load(x, y, sizes)
    loops.advance(0, 200)
    wanted = expected(network, parameters, chosen, x, y, sizes)
    for key, value in loops.parameters().items():
        torch.testing.assert_close(value, wanted[key], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("dynamics", DYNAMICS)
def test_batches_change_their_size_and_parameters_are_frozen(dynamics):
    network, sizes = NETWORKS["deep"], [1, 4, 2, 1, 7] * 10
    chosen = DYNAMICS[dynamics].model_copy(update={"freeze": ("W2", "b1", "W5")})
    parameters = initial_parameters(network, range(70), torch.float64)
    x, y = samples(network, 70, sum(sizes))
    loops = made(network, parameters, chosen, sizes)
    loops.load(x, y, sizes)
    for start in range(0, 50, 10):
        loops.advance(start, start + 10)
    wanted = expected(network, parameters, chosen, x, y, sizes)
    for key, value in loops.parameters().items():
        torch.testing.assert_close(value, wanted[key], rtol=1e-10, atol=1e-13)
        assert torch.equal(value, parameters[key]) == (key in chosen.freeze)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", ["two_layer", "wide", "gelu"])
def test_it_goes_on_from_its_state_and_cuts_change_no_bit(name, dtype):
    network, sizes, chosen = NETWORKS[name], [1, 3] * 10, SGD(momentum=0.9)
    parameters = initial_parameters(network, range(66), dtype)
    x, y = samples(network, 66, sum(sizes), dtype)
    whole, cut = (made(network, parameters, chosen, sizes) for _ in range(2))
    whole.load(x, y, sizes)
    whole.advance(0, 20)
    cut.load(x[:, :9], y[:, :9], sizes[:5])
    cut.advance(0, 2)
    next(iter(cut.parameters().values())).zero_()  # a copy
    cut.advance(2, 5)
    again = stepper.make_stepper(
        network, cut.state(), dynamics=chosen, rate=lambda step: RATES[step % 3], batch_size=3
    )
    again.load(x[:, 9:], y[:, 9:], sizes[5:])
    again.advance(0, 15)
    for key, value in whole.state().items():
        assert torch.equal(again.state()[key], value), key


@pytest.mark.parametrize("name", ["two_layer", "wide", "tanh"])
def test_a_replica_that_is_lost_takes_no_other_along(name):
    network, sizes = NETWORKS[name], [1, 3] * 10
    parameters = initial_parameters(network, range(5), torch.float32)
    x, y = samples(network, 5, sum(sizes), torch.float32)
    found = []
    for lost in (False, True):
        if lost:
            next(iter(parameters.values()))[2] = torch.inf
        loops = made(network, parameters, SGD(), sizes)
        loops.load(x, y, sizes)
        loops.advance(0, 20)
        found.append(loops.parameters())
    others = [0, 1, 3, 4]
    for key, value in found[1].items():
        assert torch.equal(value[others], found[0][key][others])
    assert not all(value[2].isfinite().all() for value in found[1].values())


def test_residuals_can_be_given():
    network, sizes = NETWORKS["two_layer"], [2] * 20
    parameters = initial_parameters(network, range(3), torch.float64)
    x, _ = samples(network, 3, 40)
    r = torch.randint(2, (3, 40), generator=torch.Generator().manual_seed(2)).double() - 0.5
    loops = stepper.ChainSGD(
        network,
        initial_state(parameters),
        dynamics=SGD(),
        rate=lambda step: 0.1,
        batch_size=2,
        residuals_given=True,
    )
    loops.load(x, r, sizes)
    loops.advance(0, 20)
    held = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    for x_one, r_one in zip(x.split(2, 1), r.split(2, 1), strict=True):
        logits = torch.einsum("rsn,rn->rs", network.hidden_units(held, x_one), held["V"])
        gradients = torch.autograd.grad((r_one * logits).sum(), list(held.values()))
        with torch.no_grad():
            for value, gradient in zip(held.values(), gradients, strict=True):
                value -= 0.05 * gradient
    for key, value in loops.parameters().items():
        torch.testing.assert_close(value, held[key].detach(), rtol=1e-10, atol=1e-13)
