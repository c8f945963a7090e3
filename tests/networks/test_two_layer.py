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
