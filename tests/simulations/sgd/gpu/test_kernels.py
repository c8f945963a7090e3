"""Kernels against float64 and ``torch.optim``, on a GPU or in Triton's interpreter."""

import pytest
import torch
from kernel_cases import (
    CASES,
    DEVICE,
    REPLICAS,
    STEPS,
    distance,
    expected,
    samples,
    some,
    stepper_of,
    trained,
)

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.data import uniform
from thermophoresis.data.samples import SampleStream
from thermophoresis.draws import variates
from thermophoresis.draws.recipe import Recipe
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.gpu import chain, graph, memory, two_layer
from thermophoresis.simulations.sgd.gpu.chain import ChainSGD
from thermophoresis.simulations.sgd.gpu.two_layer import TwoLayerSGD
from thermophoresis.simulations.sgd.steppers import initial_state, steppers_of


@pytest.mark.parametrize("case", CASES)
def test_steps_are_those_of_torch(case):
    network, dynamics, batch_size = CASES[case]
    sizes = [batch_size] * STEPS
    x, y = samples(network, REPLICAS, sum(sizes))
    oracle = expected(network, dynamics, sizes, x, y)
    found = trained(network, dynamics, sizes, x, y).parameters()
    assert found.keys() == oracle.keys()
    for name, value in oracle.items():
        torch.testing.assert_close(found[name], value, rtol=1e-10, atol=1e-12)
    start = some(network, REPLICAS)
    moved = [name for name, value in found.items() if not value.equal(start[name])]
    assert set(moved) == set(found) - set(dynamics.freeze)


@pytest.mark.parametrize("case", ["momentum", "classes", "deep batch"])
def test_single_precision_is_close(case):
    network, dynamics, batch_size = CASES[case]
    sizes = [batch_size] * STEPS
    x, y = samples(network, REPLICAS, sum(sizes))
    found = trained(network, dynamics, sizes, x, y, torch.float32).parameters()
    assert distance(found, expected(network, dynamics, sizes, x, y)).max() < 1e-5


@pytest.mark.parametrize("stepper", [TwoLayerSGD, ChainSGD])
def test_batches_of_different_sizes(stepper):
    network, dynamics = TwoLayer(5, 6), SGD()
    sizes = [1, 3, 2, 4, 1]
    x, y = samples(network, REPLICAS, sum(sizes))
    found = trained(network, dynamics, sizes, x, y, stepper=stepper).parameters()
    assert distance(found, expected(network, dynamics, sizes, x, y)).max() < 1e-12


@pytest.mark.parametrize("stepper", [TwoLayerSGD, ChainSGD])
def test_residuals_can_be_given(stepper):
    """The loss ½ (z − y)² has the residual z − y, which is 0.3 with these labels."""
    network = Layered((Linear(5, 6), Linear(6, 1, bias=False)))
    x, _ = samples(network, REPLICAS, 1)
    given = torch.full((REPLICAS, 1), 0.3, dtype=torch.float64, device=x.device)
    found = trained(network, SGD(), [1], x, given, stepper=stepper, residuals_given=True)
    parameters = some(network, REPLICAS)
    inputs, _ = network.activations(parameters, x)
    layers = network.backward(parameters, inputs, given[..., None])
    last, first = (it.weight for it in layers)
    moved = found.parameters()
    torch.testing.assert_close(moved["W2"], parameters["W2"] - 0.05 * last)
    torch.testing.assert_close(moved["W1"], parameters["W1"] - 0.05 * first)


@pytest.mark.parametrize("case", ["momentum", "deep batch"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_no_bit_depends_on_neighbours_cuts_or_looks(case, dtype):
    network, dynamics, batch_size = CASES[case]
    sizes = [batch_size] * 6
    # More networks of the first than a program takes.
    x, y = samples(network, 5, sum(sizes))
    together = trained(network, dynamics, sizes, x, y, dtype)
    alone = trained(network, dynamics, sizes, x[:1], y[:1], dtype)
    for name, value in alone.parameters().items():
        assert value.equal(together.parameters()[name][:1])
    first = trained(
        network, dynamics, sizes[:2], x[:, : 2 * batch_size], y[:, : 2 * batch_size], dtype
    )
    first.parameters()
    second = stepper_of(network)(
        network, first.state(), dynamics=dynamics, rate=first._rate, batch_size=batch_size
    )
    second.load(x[:, 2 * batch_size :].to(dtype), y[:, 2 * batch_size :].to(dtype), sizes[2:])
    second.advance(0, 1)
    second.advance(1, 4)
    whole = together.state()
    assert second.state().keys() == whole.keys()
    for name, value in second.state().items():
        assert value.equal(whole[name])


@pytest.mark.parametrize("stepper", [TwoLayerSGD, ChainSGD])
def test_a_replica_that_diverges_stays_nan_and_leaves_others_alone(stepper):
    network, sizes = TwoLayer(5, 6), [1] * 3
    x, y = samples(network, 2, 3)
    x[0, 1] = torch.nan
    found = trained(network, SGD(), sizes, x, y, stepper=stepper).parameters()
    assert all(value[0].isnan().all() for value in found.values())
    assert not any(value[1].isnan().any() for value in found.values())


@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_samples_drawn_between_steps_are_those_of_variates(kind, batch_size, monkeypatch):
    """More are needed than are drawn at a time, and neither begins at a multiple of four."""
    monkeypatch.setattr(two_layer, "DRAWN", 4)
    network, dtype = TwoLayer(5, 6), torch.float64
    sizes, first = [batch_size] * 7, 2**32 - 5
    recipe = Recipe(kind, (3_000_000_000, 5), (8, 4_000_000_001), 5, first, range(7, 10))
    cut = recipe.replicas, first, sum(sizes)
    options = {"dtype": dtype, "device": DEVICE}
    x = getattr(variates, kind)(recipe.input_key, *cut, 5, **options)
    y = variates.integers(recipe.label_key, *cut, 2, **options)
    given = trained(network, SGD(), sizes, x, y)
    state = initial_state(some(network, 3))
    drawing = TwoLayerSGD(network, state, dynamics=SGD(), rate=given._rate, batch_size=batch_size)
    drawing.load_recipe(recipe, sizes)
    drawing.advance(0, 2)
    drawing.advance(2, 7)
    for name, value in given.parameters().items():
        torch.testing.assert_close(drawing.parameters()[name], value, rtol=1e-12, atol=1e-14)


def test_the_engine_lets_a_kernel_draw(monkeypatch):
    """Records of what a stream gives, and of what its recipe says, in draws of a few steps."""
    for name in "DRAW_BYTES", "DRAW_BYTES_ON_GPU":
        monkeypatch.setattr(engine, name, 1000)
    ends = []
    for drawing in True, False:
        stream = SampleStream(uniform, seed=1, replicas=range(3), inputs=5, dtype=torch.float64)
        if not drawing:
            monkeypatch.setattr(stream, "recipe", lambda: None)
        records = []
        stepper = TwoLayerSGD(
            TwoLayer(5, 6),
            initial_state(some(TwoLayer(5, 6), 3)),
            dynamics=SGD(),
            rate=lambda step: 0.1,
            batch_size=2,
        )
        engine.train_block(
            stepper,
            stream,
            batch_size=2,
            steps=9,
            record_steps=[0, 5, 9],
            record=lambda index, parameters, records=records: records.append(parameters),
            device=DEVICE,
        )
        assert (stepper._recipe is not None) == drawing
        assert stream.state()["position"] == 18
        ends.append(records)
    for drawn, given in zip(*ends, strict=True):
        for name, value in given.items():
            torch.testing.assert_close(drawn[name], value, rtol=1e-12, atol=1e-14)
    assert not ends[0][0]["W"].equal(ends[0][2]["W"])


def test_which_kernel_makes_which_steps():
    plain, cuda = SGD(), torch.device("cuda")
    deep = Layered((Linear(100, 100), Linear(100, 100), Linear(100, 1)))
    for network, dynamics, name in (
        (TwoLayer(10, 10), plain, "two_layer"),
        (TwoLayer(100, 100), plain, "two_layer"),
        (TwoLayer(100, 100), SGD(momentum=0.9), "two_layer"),
        (Layered((Linear(784, 100), Linear(100, 10)), 10), plain, "chain"),
        (deep, plain, "chain"),
        (Layered(deep.layers, activation="gelu"), plain, "graph"),
        (deep, SGD(noise_scale=0.5), "graph"),
        (Layered((Convolution(1, 10, 5), Linear(5760, 1))), plain, "graph"),
        (Layered((Linear(10, 2000), Linear(2000, 1))), plain, "graph"),
    ):
        assert steppers_of(network, dynamics, cuda).__name__.rpartition(".")[2] == name


def test_a_program_has_the_registers_that_it_needs():
    for inputs, hidden in ((1, 1), (10, 10), (11, 30), (100, 100), (90, 90), (30, 200)):
        network = Layered((Linear(inputs, hidden), Linear(hidden, 1)))
        for dynamics in SGD(), SGD(momentum=0.9):
            for batch_size in 1, 3:
                shape = two_layer.shape_of(network, dynamics, batch_size, torch.float32)
                assert shape.units >= hidden
                assert shape.piece & (shape.piece - 1) == 0
                assert (shape.units * shape.together) % 32 == 0
                copies = 2 + (batch_size > 1) + (dynamics.momentum > 0)
                threads = 32 * shape.warps
                weights = inputs * shape.units * shape.together / threads
                assert copies * weights < min(255, 65536 / threads)


def test_blocks_fill_the_free_memory(monkeypatch):
    assert memory.fitting(100, torch.float32, free=10) == 1
    assert memory.fitting(100, torch.float32, free=800 * 70) == 64
    assert memory.fitting(100, torch.float64, free=800 * 70) == 32
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (2**36, 2**37))
    for module, network in (
        (two_layer, TwoLayer(10, 10)),
        (chain, Layered((Linear(100, 100), Linear(100, 100), Linear(100, 1)))),
        (graph, Layered((Convolution(1, 10, 5), Linear(5760, 1)))),
    ):
        few, many = (module.block_replicas(network, torch.float32, it) for it in (64, 1))
        assert 1 < few < many
