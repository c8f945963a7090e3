"""SGD with momentum and the rest: no bit depends on neighbours, on looks, or on interruptions.

What it computes is compared with torch in tests/simulations/test_acceptance.py.
"""

import dataclasses

import numpy as np
import pytest
import torch
import xarray as xr
from reference import initial_parameters
from runs import settings
from training import train

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.errors import UserError
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.load import loss_of
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd import general
from thermophoresis.simulations.sgd.steppers import initial_state

# Sizes that fill no vector register.
NETWORKS = {
    "two_layer": (TwoLayer(7, 5), (7,)),
    "classes": (Layered((Linear(7, 6), Linear(6, 3, bias=False)), 3, "tanh"), (7,)),
    "deep": (Layered((Linear(12, 17), Linear(17, 5), Linear(5, 1)), None, "relu"), (3, 2, 2)),
    "convolution": (
        Layered((Convolution(3, 7, 3), Convolution(7, 5, 3), Linear(45, 3)), 3, "tanh"),
        (3, 7, 7),
    ),
}
PARAMETERS = pytest.mark.parametrize("name", NETWORKS)
FINITE = {"training_set_size": 20, "sampling": "with_replacement", "labels": "shuffled"}
RUNS = {
    "momentum": {"dynamics": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}},
    "squared": {"loss": "squared", "network": {"kind": "mlp", "inputs": 6, "hidden": [5, 3]}},
    "quiet": {"dynamics": {"noise_scale": 0.5, "freeze": ["W"]}, **FINITE},
}
CASES = pytest.mark.parametrize("case", RUNS)


def samples(name, replicas, count, dtype):
    network, shape = NETWORKS[name]
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(replicas, count, *shape, generator=draw, dtype=torch.float64).to(dtype)
    y = torch.randint(network.classes or 2, (replicas, count), generator=draw)
    return x, y if network.classes else y.to(dtype)


@PARAMETERS
@pytest.mark.parametrize("loss", ["cross_entropy", "squared"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("batch_size", [1, 3, 40])
def test_neighbours_change_no_bit_of_a_gradient(name, loss, dtype, batch_size):
    network = dataclasses.replace(NETWORKS[name][0], loss=loss_of(loss))
    parameters = initial_parameters(network, range(21), dtype)
    x, y = samples(name, 21, batch_size, dtype)
    many = network.gradient(parameters, x, y)
    assert {key: value.shape for key, value in many.items()} == {
        key: value.shape for key, value in parameters.items()
    }
    for own in (slice(0, 1), slice(2, 3), slice(5, 12), slice(1, 21)):
        few = network.gradient({key: it[own] for key, it in parameters.items()}, x[own], y[own])
        for key, value in few.items():
            assert torch.equal(value, many[key][own]), key


@PARAMETERS
def test_a_replica_that_is_lost_takes_no_other_along(name):
    network, _ = NETWORKS[name]
    parameters = initial_parameters(network, range(5), torch.float32)
    x, y = samples(name, 5, 3, torch.float32)
    whole = network.gradient(parameters, x, y)
    for value in parameters.values():
        value[2] = torch.nan
    found = network.gradient(parameters, x, y)
    others = [0, 1, 3, 4]
    for key, value in found.items():
        assert torch.equal(value[others], whole[key][others])
    assert any(value[2].isnan().any() for value in found.values())


@CASES
def test_replicas_do_not_depend_on_others_nor_on_blocks(case, monkeypatch):
    few = train(settings(**RUNS[case], replicas=3)).run
    many = train(settings(**RUNS[case], replicas=70)).run.isel(replica=slice(3))
    xr.testing.assert_identical(few.drop_attrs(), many.drop_attrs())
    monkeypatch.setattr(general, "BLOCK_REPLICAS", 2)
    xr.testing.assert_identical(train(settings(**RUNS[case], replicas=3)).run, few)


@CASES
def test_looking_changes_nothing(case):
    coarse = train(settings(**RUNS[case], records=2)).run
    fine = train(settings(**RUNS[case], records=11)).run
    xr.testing.assert_identical(coarse.drop_attrs(), fine.isel(record=[0, 10]).drop_attrs())
    assert not np.array_equal(fine.loss[:, 0], fine.loss[:, -1])


def stepper(state=None, rates=(0.5, 0.25, 0.125, 0.0625)):
    network = TwoLayer(7, 5)
    state = state or initial_state(initial_parameters(network, range(2), torch.float64))
    return general.GeneralSGD(
        network.gradient, state, dynamics=SGD(momentum=0.9), rate=rates.__getitem__
    )


def test_it_goes_on_from_its_state():
    x, y = samples("two_layer", 2, 4, torch.float64)
    whole, first = stepper(), stepper()
    for it in (whole, first):
        it.load(x, y, [1] * 4)
    whole.advance(0, 4)
    first.advance(0, 2)
    kept = first.state()
    first.advance(2, 3)  # what is kept does not go along
    second = stepper(kept)
    second.load(x, y, [1] * 4)
    second.advance(2, 4)
    for key, value in whole.state().items():
        assert torch.equal(second.state()[key], value), key


def test_the_rate_is_a_function_of_the_step():
    x, y = samples("two_layer", 2, 4, torch.float64)
    plain = SGD(weight_decay=0.0)
    network = TwoLayer(7, 5)
    parameters = initial_parameters(network, range(2), torch.float64)
    asked = []

    def rate(step):
        asked.append(step)
        return 0.0 if step % 2 else 0.5

    made = general.GeneralSGD(
        network.gradient,
        initial_state(parameters),
        dynamics=plain,
        rate=rate,
    )
    made.load(x, y, [2, 2])
    made.advance(0, 2)
    gradient = network.gradient(parameters, x[:, :2], y[:, :2])
    for key, value in made.parameters().items():
        assert torch.equal(value, parameters[key] - gradient[key] * 0.5)
    assert asked == [0, 1]


def test_what_is_frozen_stays_and_the_rest_does_not():
    chosen = settings(dynamics={"freeze": ["W", "b"], "weight_decay": 0.1}, snapshots=2)
    snapshots = train(chosen).snapshots
    for name in ("W", "b", "V"):
        start, end = snapshots[name].values[:, 0], snapshots[name].values[:, 1]
        assert np.array_equal(start, end) == (name != "V")


def test_without_noise_there_is_nothing_of_a_batch():
    # Full gradient descent does not depend on how samples are drawn.
    options = {**FINITE, "precision": "float64", "dynamics": {"noise_scale": 0.0}}
    one = train(settings(**options)).run
    other = train(settings(**options | {"sampling": "without_replacement"})).run
    xr.testing.assert_equal(one, other)
    assert not one.equals(train(settings(**options | {"dynamics": {"noise_scale": 0.1}})).run)


def test_a_large_training_set_is_taken_in_parts(monkeypatch):
    options = {**FINITE, "precision": "float64", "dynamics": {"noise_scale": 0.0}}
    whole = train(settings(**options)).run
    monkeypatch.setattr(general, "CHUNK_SAMPLES", 7)
    xr.testing.assert_allclose(train(settings(**options)).run, whole, rtol=1e-6)


def test_what_cannot_be_frozen_is_refused_by_the_job():
    # As settings alone cannot tell of a user's own module.
    for frozen, message in (("c",), "got c; must be"), (("V", "W", "b"), "got W, b, V; must leave"):
        chosen = settings().model_copy(update={"dynamics": SGD.model_construct(freeze=frozen)})
        with pytest.raises(UserError, match=f"dynamics.freeze: {message}"):
            train(chosen)
