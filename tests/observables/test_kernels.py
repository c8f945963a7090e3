"""Compiled passes over chains of layers against what torch makes of them, in float64."""

import itertools

import numba
import pytest
import torch

from thermophoresis.config.initialisation import InitialisationSettings
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context
from thermophoresis.observables.kernels import chain
from thermophoresis.observables.kernels.products import add_products, inner_products
from thermophoresis.observables.load import observe

REPLICAS = 5


@numba.njit
def _add_products(z, at, row, rows, x, begins, w, of_row, of_tap, n):
    add_products(z, at, row, rows, x, begins, w, of_row, of_tap, n)


@numba.njit
def _inner_products(d, at, row, rows, x, begins, n, total):
    return inner_products(d, at, row, rows, x, begins, n, total)


NAMES = (
    "loss",
    "accuracy",
    "squared_error",
    "gradient_variance",
    "activation_rate",
    "activation_rate_layer",
)
MLP = tuple(Linear(*pair) for pair in itertools.pairwise([17, 9, 12, 1]))
IMAGES = (Convolution(1, 4, 3), Convolution(4, 3, 3, bias=False), Convolution(3, 5, 2))
NETWORKS = {
    "two_layer": (TwoLayer(10, 10), (10,)),
    "without_bias": (TwoLayer(7, 5, bias=False), (7,)),
    "mlp": (Layered(MLP, init=InitialisationSettings(kind="he_normal")), (17,)),
    "tanh": (Layered((Linear(11, 9), Linear(9, 3, bias=False)), 3, "tanh"), (11,)),
    "images": (Layered((*IMAGES, Linear(5 * 5 * 4, 6), Linear(6, 4)), 4), (1, 10, 9)),
    "squared": (
        Layered((Convolution(2, 4, 3), Linear(80, 4)), 4, "identity", loss=Squared()),
        (2, 6, 7),
    ),
}


def draw(network, shape, samples):
    """Return stacked parameters as they are trained, and a probe set."""
    streams = [generator(0, replica, Purpose.INITIALISATION) for replica in range(REPLICAS)]
    parameters = network.initialise(streams, torch.float32)
    stream = torch.Generator().manual_seed(0)
    x = torch.randn(REPLICAS, samples, *shape, generator=stream, dtype=torch.float64)
    y = torch.randint(0, network.classes or 2, (REPLICAS, samples), generator=stream)
    return (
        {name: 1.7 * value for name, value in parameters.items()},
        x,
        y if network.classes else y.double(),
    )


@pytest.mark.parametrize("samples", [5, 37, 300])
@pytest.mark.parametrize("name", NETWORKS)
def test_observables_are_those_of_torch(name, samples, monkeypatch):
    network, shape = NETWORKS[name]
    arguments = draw(network, shape, samples)
    found = observe(NAMES, network, *arguments)
    monkeypatch.setattr(Context, "compiled", None)
    expected = observe(NAMES, network, *arguments)
    for observable in NAMES:
        torch.testing.assert_close(found[observable], expected[observable], rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_replica_is_measured_as_if_it_were_alone(name, monkeypatch):
    network, shape = NETWORKS[name]
    parameters, x, y = draw(network, shape, 37)
    alone = [
        observe(
            NAMES, network, {key: value[own] for key, value in parameters.items()}, x[own], y[own]
        )
        for own in (slice(replica, replica + 1) for replica in range(REPLICAS))
    ]
    for numbers in (1, 2**14, 2**30):
        monkeypatch.setitem(chain.BYTES, "cpu", numbers)
        together = observe(NAMES, network, parameters, x, y)
        for observable in NAMES:
            assert torch.equal(together[observable], torch.cat([it[observable] for it in alone]))


@pytest.mark.parametrize("name", ["mlp", "images"])
def test_one_probe_set_serves_all_replicas(name):
    network, shape = NETWORKS[name]
    parameters, x, y = draw(network, shape, 37)
    shared = observe(NAMES, network, parameters, x[:1], y[:1])
    copied = observe(
        NAMES,
        network,
        parameters,
        x[:1].repeat(REPLICAS, *[1] * (x.ndim - 1)),
        y[:1].repeat(REPLICAS, 1),
    )
    for observable in NAMES:
        assert torch.equal(shared[observable], copied[observable])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_sum_of_gradients_is_that_of_the_network(name):
    network, shape = NETWORKS[name]
    parameters, x, y = draw(network, shape, 37)
    context = Context(network, parameters, x, y)
    found = context.compiled.gradients(context.residual, total=True)
    of_chain, views = network.as_layered(context.parameters)
    gradient = of_chain.gradient(views, x, y)
    names = [f"{kind}{number}" for number in range(1, len(of_chain.layers) + 1) for kind in "Wb"]
    expected = torch.cat([gradient[it].flatten(1) for it in names if it in gradient], 1)
    torch.testing.assert_close(found.total / 37, expected, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(
        found.square_of_total, found.total.square().sum(1), rtol=1e-12, atol=0
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_the_order_of_a_probe_set_in_memory_changes_nothing(name):
    network, shape = NETWORKS[name]
    parameters, x, y = draw(network, shape, 37)
    arranged = chain.arranged(network, x)
    assert torch.equal(arranged, x)
    found, expected = (observe(NAMES, network, parameters, it, y) for it in (arranged, x))
    assert all(torch.equal(found[name], expected[name]) for name in NAMES)


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("taps", [1, 4, 19])
@pytest.mark.parametrize("n", [1, 8, 300])
def test_products(rows, taps, n):
    stream = torch.Generator().manual_seed(0)
    z, w, x = (
        torch.randn(*shape, generator=stream, dtype=torch.float64)
        for shape in ((rows, n), (taps, rows), (taps, n))
    )
    begins = torch.arange(taps).numpy() * n
    found, of_tap = z.clone().flatten().numpy(), torch.arange(taps).numpy() * rows
    factors = x.flatten().numpy(), begins
    _add_products(found, 0, n, rows, *factors, w.flatten().numpy(), 1, of_tap, n)
    torch.testing.assert_close(torch.from_numpy(found).view(rows, n), z + w.T @ x)
    sums = torch.ones(rows * taps, dtype=torch.float64)
    square = _inner_products(z.flatten().numpy(), 0, n, rows, *factors, n, sums.numpy())
    torch.testing.assert_close(sums.view(rows, taps), 1 + z @ x.T)
    assert square == pytest.approx((z @ x.T).square().sum().item(), rel=1e-12)


def test_what_no_pass_covers_is_left_to_torch():
    pooled = Layered((Convolution(1, 4, 3), Pooled(Linear(16, 2), "max", 2)), 2)
    gelu = Layered(MLP, activation="gelu")
    assert chain.chain_of(pooled) is None
    assert chain.chain_of(gelu) is None
