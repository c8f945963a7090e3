"""The engine against torch's own layers, autograd and optimiser."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference import initial_parameters, train_reference

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.data import gaussian, uniform
from thermophoresis.data.samples import SampleStream
from thermophoresis.errors import UserError
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.chains import stepper as chains
from thermophoresis.simulations.sgd.steppers import initial_state, steppers_of

NETWORKS = {
    "gaussian_wide": (TwoLayer(100, 100), gaussian),
    "gaussian": (TwoLayer(10, 10), gaussian),
    "uniform": (TwoLayer(10, 10, bias=False), uniform),
}
CASES = pytest.mark.parametrize("name", NETWORKS)


@pytest.fixture(params=["lanes", "alone"], autouse=True)
def loops(request, monkeypatch):
    """Train every network by the one and by the other loops."""
    most = {"lanes": 10**6, "alone": 0}[request.param]
    monkeypatch.setattr(chains, "LANES_PARAMETERS", most)


RATE = 0.05


def train(
    network,
    kind,
    *,
    replicas=range(4),
    batch_size=1,
    steps=200,
    dtype=torch.float64,
    device="cpu",
    **options,
):
    initial = initial_parameters(network, replicas, dtype)
    stream = SampleStream(kind, seed=0, replicas=replicas, inputs=network.inputs, dtype=dtype)
    initial = {name: value.to(device) for name, value in initial.items()}
    return engine.train_block(
        make(network, initial, batch_size, device),
        stream,
        batch_size=batch_size,
        steps=steps,
        device=device,
        **options,
    )


def make(network, initial, batch_size, device="cpu"):
    return steppers_of(network, SGD(), torch.device(device)).make_stepper(
        network,
        initial_state(initial),
        dynamics=SGD(),
        rate=lambda step: RATE,
        batch_size=batch_size,
    )


def assert_close(parameters, expected, rtol=1e-10):
    assert parameters.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(parameters[name], value, rtol=rtol, atol=1e-14)


def assert_identical(parameters, expected):
    assert parameters.keys() == expected.keys()
    assert all(torch.equal(parameters[name], expected[name]) for name in expected)


@CASES
@pytest.mark.parametrize("batch_size", [1, 3])
def test_engine_agrees_with_module_and_optimiser(name, batch_size):
    network, kind = NETWORKS[name]
    trained = train(network, kind, batch_size=batch_size)
    options = {"learning_rate": RATE, "batch_size": batch_size, "steps": 200}
    for replica in (0, 3):
        expected = train_reference(network, kind, replica=replica, **options)
        assert_close({key: value[replica] for key, value in trained.items()}, expected)


@CASES
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_measuring_changes_no_bit(name, batch_size, dtype):
    network, kind = NETWORKS[name]
    options = {"batch_size": batch_size, "steps": 101, "dtype": dtype}
    seen = []
    measured = train(
        network,
        kind,
        record_steps=[0, 1, 15, 16, 17, 50, 99, 100, 101],
        record=lambda index, parameters: seen.append(parameters["W"].zero_()),
        **options,
    )
    assert len(seen) == 9
    assert_identical(measured, train(network, kind, **options))


@CASES
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_neighbours_change_no_bit(name, dtype, batch_size):
    network, kind = NETWORKS[name]
    options = {"steps": 70, "dtype": dtype, "batch_size": batch_size}
    many = train(network, kind, replicas=range(64), **options)
    for replicas in (range(4), range(2, 3), range(5, 7), range(3, 20)):
        few = train(network, kind, replicas=replicas, **options)
        beside = slice(replicas.start, replicas.stop)
        assert_identical(few, {key: value[beside] for key, value in many.items()})


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.integers(0, 60), data=st.data())
def test_records_are_the_states_of_shorter_runs(steps, data):
    network, kind = TwoLayer(3, 4), gaussian
    at = sorted(data.draw(st.lists(st.integers(0, steps), max_size=6)))
    records = {}
    train(
        network,
        kind,
        steps=steps,
        record_steps=at,
        record=lambda index, parameters: records.update({index: parameters}),
    )
    assert sorted(records) == list(range(len(at)))
    for index, step in enumerate(at):
        assert_identical(records[index], train(network, kind, steps=step))


def test_a_long_run_crosses_blocks_of_draws(monkeypatch):
    network, kind = TwoLayer(3, 4), gaussian
    expected = train(network, kind, steps=150, batch_size=3)
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    assert_identical(train(network, kind, steps=150, batch_size=3), expected)


def test_the_initial_parameters_stay_as_they_are():
    network = TwoLayer(3, 4)
    initial = initial_parameters(network, range(64), torch.float32)
    before = {name: value.clone() for name, value in initial.items()}
    made = make(network, initial, 1)
    made.load(torch.ones(64, 16, 3), torch.ones(64, 16), [1] * 16)
    made.advance(0, 16)
    assert not torch.equal(made.parameters()["W"], before["W"])
    assert_identical(initial, before)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
@CASES
@pytest.mark.parametrize("batch_size", [1, 3])
def test_cuda_agrees_with_cpu(name, batch_size):
    network, kind = NETWORKS[name]
    on_gpu = train(network, kind, batch_size=batch_size, device="cuda")
    on_cpu = train(network, kind, batch_size=batch_size)
    assert_close({key: value.cpu() for key, value in on_gpu.items()}, on_cpu)


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert engine.choose_device("auto").type == "cuda"
    assert engine.choose_device("cpu").type == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert engine.choose_device("auto").type == "cpu"


def test_a_gpu_that_is_not_there_is_an_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="device: got 'cuda', but torch finds no CUDA device"):
        engine.choose_device("cuda")
