"""Observables of networks that are trained on the squared error, against autograd."""

import pytest
import torch
from dense_curvature import Module, loss_function, shaped
from reference import initial_parameters
from runs import settings
from torch.func import functional_call, grad, vmap
from training import train

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.load import observe

SAMPLES = 13
NETWORKS = {
    "two_layer": (TwoLayer(5, 4, loss=Squared((-1.0, 1.0))), (5,)),
    "scalar": (Layered((Linear(5, 4), Linear(4, 1)), None, "tanh", loss=Squared()), (5,)),
    "classes": (
        Layered((Convolution(1, 2, 2), Linear(18, 3)), 3, loss=Squared((-0.5, 0.5))),
        (1, 4, 4),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_they_are_those_of_autograd(name):
    network, shape = NETWORKS[name]
    parameters = initial_parameters(network, range(2), torch.float64)
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(2, SAMPLES, *shape, generator=draw, dtype=torch.float64)
    y = torch.randint(network.classes or 2, (2, SAMPLES), generator=draw)
    y = y if network.classes else y.double()
    found = observe(("loss", "squared_error", "gradient_variance"), network, parameters, x, y)
    chain, views = network.as_layered(parameters)
    loss = loss_function(chain)
    for replica in range(2):
        module, targets = Module(chain, views, replica), shaped(chain, y[replica])
        with torch.no_grad():
            outputs = module(x[replica])
        expected = ((outputs - targets) ** 2).sum(1).mean()
        torch.testing.assert_close(found["loss"][replica], expected / 2)
        torch.testing.assert_close(found["squared_error"][replica], expected)

        def of_one(weights, x_one, target, module=module):
            return loss(functional_call(module, weights, (x_one[None],)), target[None])

        per_sample = vmap(grad(of_one), in_dims=(None, 0, 0))
        gradients = per_sample(dict(module.named_parameters()), x[replica], targets)
        flat = torch.cat([value.flatten(1) for value in gradients.values()], 1)
        variance = flat.var(0, correction=1).mean().detach()
        torch.testing.assert_close(found["gradient_variance"][replica], variance, rtol=1e-9, atol=0)


def test_files_say_which_loss_it_is():
    entropy, squared = (
        train(settings(loss=it, records=2)).run for it in ("cross_entropy", "squared")
    )
    assert entropy.loss.attrs == {"long_name": "cross entropy on held-out samples", "units": "nat"}
    assert squared.loss.attrs == {
        "long_name": "half the squared error on held-out samples",
        "units": "1",
    }
    assert "f - t" in squared.squared_error.attrs["long_name"]
    torch.testing.assert_close(squared.loss.values * 2, squared.squared_error.values)
