"""What is observed layer by layer and parameter by parameter, against automatic differentiation."""

import pytest
import torch
from dense_curvature import Module, loss_function, shaped
from reference import initial_parameters
from torch.func import functional_call, grad, vmap

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Moment
from thermophoresis.observables.load import observe

CASES = {
    "two_layer": (TwoLayer(4, 5), (4,)),
    "two_layer_no_bias": (TwoLayer(4, 5, bias=False), (4,)),
    "deep": (Layered((Linear(4, 5), Linear(5, 4, bias=False), Linear(4, 3)), 3, "tanh"), (4,)),
    "images": (
        Layered(
            (
                StridedConvolution(2, 3, 3, stride=2, padding=1),
                Pooled(Convolution(3, 2, 1), "average", 2),
                Pooled(Linear(2, 3), "max", 2),
            ),
            3,
        ),
        (2, 7, 7),
    ),
}
REPLICAS, SAMPLES = 2, 7


def draw(name):
    network, shape = CASES[name]
    stream = torch.Generator().manual_seed(5)
    parameters = {
        key: 2 * value + 0.1 * torch.randn(value.shape, generator=stream, dtype=value.dtype)
        for key, value in initial_parameters(network, range(REPLICAS), torch.float64).items()
    }
    x = torch.randn(REPLICAS, SAMPLES, *shape, generator=stream, dtype=torch.float64)
    y = torch.randint(network.classes or 2, (REPLICAS, SAMPLES), generator=stream)
    return network, parameters, x, y if network.classes else y.double()


def gradients(network, parameters, x, y, replica):
    """Return the gradients of every sample, by the parameter's place, in the order of modules."""
    chain, views = network.as_layered(parameters)
    module, loss = Module(chain, views, replica), loss_function(chain)

    def of_sample(weights, one, label):
        return loss(functional_call(module, weights, (one[None],)), shaped(chain, label[None]))

    per_sample = vmap(grad(of_sample), in_dims=(None, 0, 0))
    found = per_sample(dict(module.named_parameters()), x[replica], y[replica])
    return [value.detach().flatten(1) for value in found.values()]


@pytest.mark.parametrize("name", CASES)
def test_gradient_variances_are_those_of_per_sample_gradients(name):
    network, parameters, x, y = draw(name)
    found = observe(["gradient_variance_block", "gradient_variance"], *draw(name))
    counts = torch.tensor([value[0].numel() for value in parameters.values()])
    for replica in range(REPLICAS):
        expected = [it.var(0).mean() for it in gradients(network, parameters, x, y, replica)]
        torch.testing.assert_close(
            found["gradient_variance_block"][replica], torch.stack(expected), rtol=1e-9, atol=0
        )
    mean = (found["gradient_variance_block"] * counts).sum(1) / counts.sum()
    torch.testing.assert_close(found["gradient_variance"], mean, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", CASES)
def test_mean_weights_are_those_of_the_weights_into_hidden_units(name):
    network, parameters, x, y = draw(name)
    found = observe(["mean_weight"], network, parameters, x, y)["mean_weight"]
    weights = [value for key, value in network.as_layered(parameters)[1].items() if key[0] == "W"]
    expected = torch.stack([it.flatten(1).mean(1) for it in weights[:-1]], 1)
    torch.testing.assert_close(found, expected)


def moved(start, now, network):
    moment = Moment(0, range(len(now["V"])), 0.1, 1, lambda: start, None)
    x = torch.zeros(1, 2, network.inputs, dtype=torch.float64).expand(len(now["V"]), -1, -1)
    y = torch.zeros(1, 2, dtype=torch.float64)
    return observe(["moved_together"], network, now, x, y, moment)["moved_together"]


def test_units_count_that_have_moved_one_way():
    network = TwoLayer(2, 4)
    start = {
        "W": torch.zeros(1, 4, 2, dtype=torch.float64),
        "b": torch.zeros(1, 4, dtype=torch.float64),
        "V": torch.tensor([[1.0, -1.0, -1.0, 1.0]], dtype=torch.float64),
    }
    now = {
        # Up, down, down, up in square.
        "V": torch.tensor([[1.5, -0.5, 0.5, 2.0]], dtype=torch.float64),
        "b": torch.tensor([[0.1, -0.1, 0.1, 0.1]], dtype=torch.float64),
        "W": torch.tensor([[[0.1, 0.2], [-0.1, 0.2], [0.1, 0.1], [0.0, 0.3]]], dtype=torch.float64),
    }
    assert moved(start, now, network).tolist() == [[0.75, 0.5]]
    assert moved(start, start, network).tolist() == [[1.0, 1.0]]
    without = TwoLayer(2, 4, bias=False)
    found = moved(*({k: it[k] for k in ("W", "V")} for it in (start, now)), without)
    assert found.tolist() == [[1.0, 0.5]]


def test_premises_are_of_all_layers_and_chance_grants_them_rarely():
    network = Layered((Linear(3, 400), Linear(400, 300), Linear(300, 2)), 2)
    drawn = [
        initial_parameters(network, range(first, first + 1), torch.float64) for first in (0, 1)
    ]
    moment = Moment(0, range(1), 0.1, 1, lambda: drawn[0], None)
    x, y = torch.zeros(1, 2, 3, dtype=torch.float64), torch.zeros(1, 2, dtype=torch.int64)
    found = observe(["moved_together"], network, drawn[1], x, y, moment)["moved_together"]
    # Two signs agree half of the time; with three weights five do at a rate of 2⁻⁴, with 400 never.
    assert found[0, 0].item() == pytest.approx(0.5, abs=0.1)
    assert found[0, 1].item() == pytest.approx(400 / 700 / 16, abs=0.03)


@pytest.mark.parametrize("bias", [True, False])
def test_units_that_are_never_active_can_be_removed(bias):
    # On [0, 1]^M a unit is silent everywhere if it is where its input is largest.
    stream = torch.Generator().manual_seed(2)
    network = TwoLayer(4, 60, bias=bias)
    parameters = {
        "W": torch.randn(1, 60, 4, generator=stream, dtype=torch.float64) - 1,
        "V": torch.randn(1, 60, generator=stream, dtype=torch.float64),
    }
    if bias:
        parameters["b"] = torch.randn(1, 60, generator=stream, dtype=torch.float64)
    largest = parameters["W"].clamp(min=0).sum(2) + parameters.get("b", torch.zeros(1, 60))
    kept = (largest > 0)[0]
    assert 5 < kept.sum() < 55
    x = torch.rand(1, 10_000, 4, generator=stream, dtype=torch.float64)
    y = torch.zeros(1, 10_000, dtype=torch.float64)
    found = observe(["silent_units"], network, parameters, x, y)["silent_units"]
    assert found.item() >= 1 - kept.double().mean().item()
    smaller = TwoLayer(4, int(kept.sum()), bias=bias)
    without = {name: value[:, kept] for name, value in parameters.items()}
    torch.testing.assert_close(
        smaller.forward(without, x), network.forward(parameters, x), rtol=1e-12, atol=1e-12
    )
    # Units that are active somewhere cannot.
    first = int(kept.nonzero()[0])
    others = torch.arange(60) != first
    fewer = {name: value[:, others] for name, value in parameters.items()}
    change = TwoLayer(4, 59, bias=bias).forward(fewer, x) - network.forward(parameters, x)
    assert change.abs().max() > 1e-3
