"""The two-layer network."""

import numpy as np
import pytest
import torch
from reference import initial_parameters

from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.networks.two_layer import build


@pytest.mark.parametrize("bias", [True, False])
def test_initial_parameters_are_those_of_torch_layers(bias):
    network = build(TwoLayerNetwork(inputs=25, hidden=16, bias=bias), (25,), None)
    drawn = initial_parameters(network, range(200), torch.float64)
    bounds = {"W": 1 / 5, "V": 1 / 4} | ({"b": 1 / 5} if bias else {})
    assert drawn.keys() == bounds.keys()
    for name, bound in bounds.items():
        values = drawn[name].numpy()
        assert np.abs(values).max() <= bound
        assert values.std() == pytest.approx(bound / 3**0.5, rel=0.05)


@pytest.mark.parametrize("activation", ["relu", "tanh", "identity"])
@pytest.mark.parametrize("classes", [None, 3])
def test_logits_are_those_of_the_activation_function(activation, classes):
    network = build(TwoLayerNetwork(inputs=5, hidden=4, activation=activation), (5,), classes)
    drawn = initial_parameters(network, range(2), torch.float64)
    chain, layers = network.as_layered(drawn)
    x = torch.randn(2, 7, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    u = x @ layers["W1"].mT + layers["b1"][:, None]
    hidden = {"relu": u.clamp(min=0), "tanh": u.tanh(), "identity": u}[activation]
    expected = hidden @ layers["W2"].mT
    assert expected.shape == (2, 7, classes or 1)
    torch.testing.assert_close(chain.activations(layers, x)[1], expected, rtol=1e-12, atol=1e-15)
