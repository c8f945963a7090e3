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
