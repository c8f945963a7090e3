"""The engine against torch's own layers, autograd and optimiser."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import initial_parameters, train_reference

from thermophoresis.data import gaussian, uniform
from thermophoresis.data.samples import SampleStream
from thermophoresis.errors import UserError
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.two_layer import DeferredUpdate, ReplicaLast, make_stepper

NETWORKS = {
    "gaussian_wide": (TwoLayer(100, 100), gaussian),
    "gaussian": (TwoLayer(10, 10), gaussian),
    "uniform": (TwoLayer(10, 10, bias=False), uniform),
}
STEPPERS = pytest.mark.parametrize("stepper", [ReplicaLast, DeferredUpdate])
# Replica-last arrays of the wide network would only be slow: it is never trained that way.
CASES = pytest.mark.parametrize(
    ("stepper", "name"),
    [(DeferredUpdate, name) for name in NETWORKS]
    + [(ReplicaLast, name) for name in ("gaussian", "uniform")],
)
RATE = 0.05


def train(
    stepper,
    network,
    kind,
    *,
    replicas=range(4),
    batch_size=1,
    steps=200,
    dtype=torch.float64,
    compiled=False,
    device="cpu",
    **options,
):
    initial = initial_parameters(network, replicas, dtype)
    stream = SampleStream(kind, seed=0, replicas=replicas, inputs=network.inputs, dtype=dtype)
    initial = {name: value.to(device) for name, value in initial.items()}
    return engine.train_block(
        stepper(initial, RATE, batch_size, compiled),
        stream,
        batch_size=batch_size,
        steps=steps,
        device=device,
        **options,
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
def test_engine_agrees_with_module_and_optimiser(stepper, name, batch_size):
    network, kind = NETWORKS[name]
    trained = train(stepper, network, kind, batch_size=batch_size)
    options = {"learning_rate": RATE, "batch_size": batch_size, "steps": 200}
    for replica in (0, 3):
        expected = train_reference(network, kind, replica=replica, **options)
        assert_close({key: value[replica] for key, value in trained.items()}, expected)


@CASES
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_measuring_changes_no_bit(stepper, name, batch_size, dtype):
    network, kind = NETWORKS[name]
    options = {"batch_size": batch_size, "steps": 101, "dtype": dtype}
    seen = []
    measured = train(
        stepper,
        network,
        kind,
        record_steps=[0, 1, 15, 16, 17, 50, 99, 100, 101],
        record=lambda index, parameters: seen.append(parameters["W"].zero_()),
        **options,
    )
    assert len(seen) == 9
    assert_identical(measured, train(stepper, network, kind, **options))


@CASES
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_neighbours_change_no_bit(stepper, name, dtype, batch_size):
    network, kind = NETWORKS[name]
    options = {"steps": 70, "dtype": dtype, "batch_size": batch_size}
    many = train(stepper, network, kind, replicas=range(64), **options)
    for replicas in (range(4), range(2, 3), range(5, 7), range(3, 20)):
        few = train(stepper, network, kind, replicas=replicas, **options)
        beside = slice(replicas.start, replicas.stop)
        assert_identical(few, {key: value[beside] for key, value in many.items()})


@STEPPERS
@settings(max_examples=10)
@given(steps=st.integers(0, 60), data=st.data())
def test_records_are_the_states_of_shorter_runs(stepper, steps, data):
    network, kind = TwoLayer(3, 4), gaussian
    at = sorted(data.draw(st.lists(st.integers(0, steps), max_size=6)))
    records = {}
    train(
        stepper,
        network,
        kind,
        steps=steps,
        record_steps=at,
        record=lambda index, parameters: records.update({index: parameters}),
    )
    assert sorted(records) == list(range(len(at)))
    for index, step in enumerate(at):
        assert_identical(records[index], train(stepper, network, kind, steps=step))


@STEPPERS
def test_a_long_run_crosses_blocks_of_draws(stepper, monkeypatch):
    network, kind = TwoLayer(3, 4), gaussian
    expected = train(stepper, network, kind, steps=150, batch_size=3)
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    assert_identical(train(stepper, network, kind, steps=150, batch_size=3), expected)


def test_each_network_is_trained_by_the_stepper_that_suits_it():
    parameters = initial_parameters(TwoLayer(10, 10), range(2), torch.float32)
    options = {"learning_rate": RATE, "batch_size": 1}
    assert isinstance(make_stepper(TwoLayer(10, 10), parameters, **options), ReplicaLast)
    parameters = initial_parameters(TwoLayer(100, 100), range(2), torch.float32)
    assert isinstance(make_stepper(TwoLayer(100, 100), parameters, **options), DeferredUpdate)


def test_the_initial_parameters_stay_as_they_are():
    network = TwoLayer(3, 4)
    initial = initial_parameters(network, range(64), torch.float32)
    before = {name: value.clone() for name, value in initial.items()}
    for stepper in (ReplicaLast, DeferredUpdate):
        made = stepper(initial, RATE, 1)
        made.load(torch.ones(64, 16, 3), torch.ones(64, 16))
        made.advance(0, 16)
        assert not torch.equal(made.parameters()["W"], before["W"])
    assert_identical(initial, before)


@pytest.mark.skipif(not engine.has_compiler(), reason="torch.compile needs a C++ compiler")
@pytest.mark.filterwarnings("ignore")  # torch's compiler uses what torch deprecates
@STEPPERS
def test_compiled_steps_agree_with_eager_ones(stepper):
    network, kind = TwoLayer(4, 5), gaussian
    options = {"steps": 70, "batch_size": 1}
    assert_close(
        train(stepper, network, kind, compiled=True, **options),
        train(stepper, network, kind, **options),
    )


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
@CASES
@pytest.mark.parametrize("batch_size", [1, 3])
def test_cuda_agrees_with_cpu(stepper, name, batch_size):
    network, kind = NETWORKS[name]
    on_gpu = train(stepper, network, kind, batch_size=batch_size, device="cuda")
    on_cpu = train(stepper, network, kind, batch_size=batch_size)
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


def test_compiling_is_for_long_runs_on_machines_that_can(monkeypatch):
    long = engine.COMPILE_AFTER_STEPS
    monkeypatch.setenv("CXX", "sh")  # any program that exists
    assert engine.choose_compiled("auto", long)
    assert not engine.choose_compiled("auto", long - 1)
    assert engine.choose_compiled("always", 1)
    assert not engine.choose_compiled("never", long)
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert not engine.choose_compiled("auto", long)
    with pytest.raises(UserError, match="no C\\+\\+ compiler"):
        engine.choose_compiled("always", long)
