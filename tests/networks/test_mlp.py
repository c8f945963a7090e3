"""Fully-connected networks against torch's own modules, layer for layer."""

import pytest
import torch
from reference import initial_parameters
from torch import nn

from thermophoresis.config.networks.mlp import MLPNetwork
from thermophoresis.networks.mlp import build

F64 = {"dtype": torch.float64}


@pytest.mark.parametrize(
    ("settings", "shape", "classes", "layers"),
    [
        ({"hidden": []}, (6,), None, [nn.Linear(6, 1, **F64)]),
        ({"hidden": [], "bias": [False]}, (2, 3, 1), 3, [nn.Linear(6, 3, bias=False, **F64)]),
        (
            {"hidden": [5], "bias": [False, True], "activation": "tanh"},
            (6,),
            None,
            [nn.Linear(6, 5, bias=False, **F64), nn.Tanh(), nn.Linear(5, 1, **F64)],
        ),
        (
            {"hidden": [5], "activation": "identity"},
            (6,),
            None,
            [nn.Linear(6, 5, **F64), nn.Linear(5, 1, **F64)],
        ),
        (
            {"hidden": [5, 4, 7], "bias": [True, False, True, False]},
            (2, 3, 1),
            3,
            [
                nn.Linear(6, 5, **F64),
                nn.ReLU(),
                nn.Linear(5, 4, bias=False, **F64),
                nn.ReLU(),
                nn.Linear(4, 7, **F64),
                nn.ReLU(),
                nn.Linear(7, 3, bias=False, **F64),
            ],
        ),
    ],
    ids=["logistic", "softmax", "tanh", "linear", "deep"],
)
def test_logits_are_those_of_torch_layers(settings, shape, classes, layers):
    network = build(MLPNetwork(kind="mlp", **settings), shape, classes)
    parameters = initial_parameters(network, range(3), torch.float64)
    x = torch.randn(3, 8, *shape, generator=torch.Generator().manual_seed(0), **F64)
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    found = network.activations(parameters, x)[1]
    for replica in range(3):
        named = {}
        for number, layer in enumerate(linear, start=1):
            named |= {f"W{number}": layer.weight}
            named |= {f"b{number}": layer.bias} if layer.bias is not None else {}
        assert parameters.keys() == named.keys()
        with torch.no_grad():
            for name, value in named.items():
                value.copy_(parameters[name][replica])
            expected = nn.Sequential(nn.Flatten(), *layers)(x[replica])
        torch.testing.assert_close(found[replica], expected, rtol=1e-10, atol=1e-15)
    assert network.classes == classes
