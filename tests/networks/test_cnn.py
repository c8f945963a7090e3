"""Convolutional networks against torch's own modules, layer for layer."""

import pytest
import torch
from reference import initial_parameters
from torch import nn

from thermophoresis.config.networks.cnn import CNNNetwork
from thermophoresis.config.networks.cnn6 import CNN6Network
from thermophoresis.config.networks.mlp6 import MLP6Network
from thermophoresis.errors import UserError
from thermophoresis.networks import mlp
from thermophoresis.networks.activation import ACTIVATIONS
from thermophoresis.networks.cnn import build
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.load import build as build_kind

F64 = {"dtype": torch.float64}
MAX = {"kind": "max", "size": 2}
AVERAGE = {"kind": "average", "size": 3}


@pytest.mark.parametrize(
    ("settings", "shape", "classes", "layers"),
    [
        (
            {"channels": [3], "kernel": 3},
            (1, 5, 5),
            None,
            [nn.Conv2d(1, 3, 3, **F64), nn.ReLU(), nn.Flatten(), nn.Linear(27, 1, **F64)],
        ),
        (
            {"channels": [3, 4], "kernel": [4, 2], "stride": [2, 1], "padding": [0, 1]},
            (2, 9, 8),
            3,
            [
                *(nn.Conv2d(2, 3, 4, stride=2, **F64), nn.ReLU()),
                *(nn.Conv2d(3, 4, 2, padding=1, **F64), nn.ReLU()),
                *(nn.Flatten(), nn.Linear(4 * 4 * 4, 3, **F64)),
            ],
        ),
        (
            {"channels": [3, 4], "kernel": 2, "pooling": [MAX, AVERAGE], "activation": "gelu"},
            (2, 9, 12),
            3,
            [
                *(nn.Conv2d(2, 3, 2, **F64), nn.GELU(), nn.MaxPool2d(2)),
                *(nn.Conv2d(3, 4, 2, **F64), nn.GELU(), nn.AvgPool2d(3)),
                *(nn.Flatten(), nn.Linear(4 * 1 * 1, 3, **F64)),
            ],
        ),
        (
            {
                **{"channels": [3, 2], "kernel": 3, "stride": 2, "padding": 2, "hidden": [6]},
                **{"pooling": ["none", MAX], "activation": "tanh"},
                "bias": [False, True, False, True],
            },
            (1, 8, 8),
            3,
            [
                *(nn.Conv2d(1, 3, 3, stride=2, padding=2, bias=False, **F64), nn.Tanh()),
                *(nn.Conv2d(3, 2, 3, stride=2, padding=2, **F64), nn.Tanh(), nn.MaxPool2d(2)),
                *(nn.Flatten(), nn.Linear(2 * 2 * 2, 6, bias=False, **F64), nn.Tanh()),
                nn.Linear(6, 3, **F64),
            ],
        ),
    ],
    ids=["plain", "strided", "pooled", "everything"],
)
def test_logits_are_those_of_torch_layers(settings, shape, classes, layers):
    network = build(CNNNetwork(kind="cnn", **settings), shape, classes)
    parameters = initial_parameters(network, range(3), torch.float64)
    x = torch.randn(3, 7, *shape, generator=torch.Generator().manual_seed(0), **F64)
    with_weights = [layer for layer in layers if hasattr(layer, "weight")]
    found = network.activations(parameters, x)[1]
    for replica in range(3):
        named = {}
        for number, layer in enumerate(with_weights, start=1):
            named |= {f"W{number}": layer.weight}
            named |= {f"b{number}": layer.bias} if layer.bias is not None else {}
        assert tuple(parameters) == tuple(named)
        with torch.no_grad():
            for name, value in named.items():
                value.copy_(parameters[name][replica])
            expected = nn.Sequential(*layers)(x[replica])
        torch.testing.assert_close(found[replica], expected, rtol=1e-10, atol=1e-15)
    assert network.classes == classes


@pytest.mark.parametrize(
    "settings",
    [
        {"channels": [2], "kernel": 3},
        {"channels": [2, 3], "kernel": [4, 2], "stride": [3, 2]},
        {"channels": [2, 3], "kernel": 3, "padding": 1, "pooling": MAX},
        {"channels": [2, 3], "kernel": [3, 2], "stride": 2, "pooling": [AVERAGE, "none"]},
    ],
)
def test_the_smallest_image_leaves_something_and_a_smaller_one_nothing(settings):
    chosen = CNNNetwork(kind="cnn", **settings)
    size = chosen.smallest_image
    shape = (1, size, size + 3)
    network = build(chosen, shape, 3)
    parameters = initial_parameters(network, range(1), torch.float64)
    assert network.activations(parameters, torch.randn(1, 2, *shape, **F64))[1].isfinite().all()
    with pytest.raises(UserError, match=rf"^network: got images of {size - 1}×{size + 3} pixels"):
        build(chosen, (1, size - 1, size + 3), 3)


def test_the_networks_of_the_paper_are_the_plain_layers_that_they_were():
    """With stride 1, without padding and pooling there is nothing around a convolution."""
    convolutions = Convolution(1, 10, 5), *[Convolution(10, 10, 5)] * 4
    expected = Layered((*convolutions, Linear(640, 10)), 10, sample_shape=(1, 28, 28))
    assert build_kind(CNN6Network(kind="cnn6").expanded, (1, 28, 28), 10) == expected
    deep = Layered((Linear(9, 100), *[Linear(100, 100)] * 4, Linear(100, 1)), None, "tanh")
    short = MLP6Network(kind="mlp6", inputs=9, activation="tanh")
    assert mlp.build(short.expanded, (9,), None) == deep


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gelu_of_a_number_does_not_depend_on_where_it_stands(dtype):
    """torch computes what does not fill a vector register otherwise."""
    gelu = ACTIVATIONS["gelu"]
    u = torch.linspace(-9, 9, 333, dtype=dtype)
    before = u.clone()
    for function in (gelu.apply_, lambda u: gelu.slope(u, u), lambda u: gelu.secant(u, u)):
        together = function(u)
        for start, end in ((0, 1), (1, 8), (3, 100), (200, 333)):
            torch.testing.assert_close(function(u[start:end]), together[start:end], rtol=0, atol=0)
    assert torch.equal(u, before)
