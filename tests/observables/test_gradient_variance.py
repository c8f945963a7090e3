"""Gradient variance against per-sample gradients from automatic differentiation."""

import itertools

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, vmap

from thermophoresis.networks.convolution import convolve_backward
from thermophoresis.observables import gradient_variance as under_test
from thermophoresis.observables.gradient_variance import (
    convolution_square_norm,
    gradient_variance,
    linear_square_norm,
)

REPLICAS = 3
SAMPLES = 11
BIAS = pytest.mark.parametrize("bias", [True, False])

# Small convolutions: in, out, rows, columns, kernel; and whether Gram matrices are cheaper.
LAYERS = pytest.mark.parametrize(
    ("layer", "gram"),
    [
        ((1, 4, 9, 9, 3), False),
        ((3, 4, 9, 8, 3), False),  # not square
        ((3, 4, 4, 5, 3), False),
        ((10, 10, 6, 6, 5), True),
        ((10, 10, 5, 5, 5), True),  # one pixel
        ((4, 30, 5, 4, 3), True),
    ],
)


def draw_layer(layer):
    inputs, outputs, rows, columns, kernel = layer
    draw = torch.Generator().manual_seed(0)
    kind = {"generator": draw, "dtype": torch.float64}
    x = torch.randn(REPLICAS, SAMPLES, inputs, rows, columns, **kind)
    high, wide = rows - kernel + 1, columns - kernel + 1
    return x, torch.randn(REPLICAS, SAMPLES, outputs, high, wide, **kind)


def per_sample_gradients(module, loss, x, y):
    """Return the gradient of every sample's loss, (sample, parameter)."""

    def of_one(weights, x_one, y_one):
        return loss(functional_call(module, weights, (x_one[None],)), y_one[None])

    gradients = vmap(grad(of_one), in_dims=(None, 0, 0))(dict(module.named_parameters()), x, y)
    return torch.cat([value.flatten(1) for value in gradients.values()], 1)


def squares(module, x, delta):
    """Return Σ_n ‖∇ℓ_n‖² of one layer, (replica,), for losses with the given gradients."""

    def loss(output, coefficient):
        return (output * coefficient).sum()

    pairs = zip(x, delta, strict=True)
    return torch.stack([per_sample_gradients(module, loss, *pair).square().sum() for pair in pairs])


@BIAS
def test_linear_square_norm(bias):
    draw = torch.Generator().manual_seed(0)
    a = torch.randn(REPLICAS, SAMPLES, 7, generator=draw, dtype=torch.float64)
    delta = torch.randn(REPLICAS, SAMPLES, 4, generator=draw, dtype=torch.float64)
    expected = squares(nn.Linear(7, 4, bias=bias, dtype=torch.float64), a, delta)
    found = linear_square_norm(a, delta, bias=bias)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=0)


@BIAS
@LAYERS
@pytest.mark.parametrize("chunk", [1, 4, None], ids=["one", "uneven", "default"])
def test_convolution_square_norm(layer, gram, bias, chunk, monkeypatch):
    inputs, outputs, _, _, kernel = layer
    x, delta = draw_layer(layer)
    chunks = []
    name = "_square_norms_from_gram_matrices" if gram else "_square_norms_of_gradients"
    original = getattr(under_test, name)

    def watched(images, deltas, with_bias):
        chunks.append(len(images))
        return original(images, deltas, with_bias)

    monkeypatch.setattr(under_test, name, watched)
    options = {}
    if chunk:
        chunk_bytes = chunk * 8 * under_test.numbers_of_a_sample(x, delta)
        options = {"chunk_bytes": chunk_bytes + 7}
    found = convolution_square_norm(x, delta, bias=bias, **options)
    module = nn.Conv2d(inputs, outputs, kernel, bias=bias, dtype=torch.float64)
    torch.testing.assert_close(found, squares(module, x, delta), rtol=1e-9, atol=0)
    together = REPLICAS * SAMPLES
    assert chunks == {None: [together], 1: [1] * together, 4: [4] * 8 + [1]}[chunk]


@BIAS
@LAYERS
def test_both_forms_of_the_convolution_agree(layer, gram, bias):
    x, delta = (value.flatten(0, 1)[:, None] for value in draw_layer(layer))
    torch.testing.assert_close(
        under_test._square_norms_of_gradients(x, delta, bias),
        under_test._square_norms_from_gram_matrices(x, delta, bias),
        rtol=1e-9,
        atol=0,
    )


def test_a_layer_too_large_for_a_chunk_is_done_sample_by_sample():
    x, delta = draw_layer((3, 4, 9, 8, 3))
    found = convolution_square_norm(x, delta, bias=True, chunk_bytes=1)
    expected = convolution_square_norm(x, delta, bias=True)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("samples", [2, SAMPLES])
def test_variance_of_a_convolutional_network(samples):
    """A convolution with ReLU and a linear layer, put together from the parts by hand."""
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 5)).double()
    x = torch.randn(samples, 2, 6, 6, dtype=torch.float64)
    y = torch.randint(5, (samples,))
    weights = [value.detach()[None] for value in module.parameters()]
    with torch.no_grad():
        hidden = module[:2](x)
        residual = torch.softmax(module[2:](hidden), 1) - nn.functional.one_hot(y, 5)
        delta = (residual @ module[3].weight).view_as(hidden) * (hidden > 0)
    hidden, residual, x_all = hidden.flatten(1)[None], residual[None], x[None]
    square = linear_square_norm(hidden, residual, bias=True)
    square += convolution_square_norm(x_all, delta[None], bias=True)
    sums = [
        *convolve_backward(x_all, weights[0], delta[None], need_input=False)[:2],
        torch.bmm(residual.mT, hidden),
        residual.sum(1),
    ]
    mean_square = sum((value / samples).square().sum() for value in sums)
    count = sum(value.numel() for value in weights)
    found = gradient_variance(square, mean_square, samples, count)
    gradients = per_sample_gradients(module, nn.functional.cross_entropy, x, y)
    expected = gradients.var(0, correction=1).mean()[None]
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=0)


def test_variance_of_a_deep_multilayer_perceptron():
    """Six linear layers with ReLU and one logit, as in the paper, smaller."""
    torch.manual_seed(0)
    widths = [7, 6, 6, 6, 6, 6, 1]
    layers = [nn.Linear(*pair) for pair in itertools.pairwise(widths)]
    steps = [part for layer in layers for part in (layer, nn.ReLU())][:-1]
    module = nn.Sequential(*steps, nn.Flatten(0)).double()
    x = torch.randn(SAMPLES, 7, dtype=torch.float64)
    y = torch.randint(2, (SAMPLES,)).double()
    with torch.no_grad():
        inputs = [x]
        for layer in layers[:-1]:
            inputs.append(torch.relu(layer(inputs[-1])))
        delta = torch.sigmoid(layers[-1](inputs[-1])) - y[:, None]
        square = mean_square = count = 0
        for layer, a in zip(layers[::-1], inputs[::-1], strict=True):
            square += linear_square_norm(a[None], delta[None], bias=True)
            mean_square += (delta.T @ a / SAMPLES).square().sum() + delta.mean(0).square().sum()
            count += layer.weight.numel() + layer.bias.numel()
            delta = (delta @ layer.weight) * (a > 0)
        found = gradient_variance(square, mean_square, SAMPLES, count)
    loss = nn.functional.binary_cross_entropy_with_logits
    expected = per_sample_gradients(module, loss, x, y).var(0, correction=1).mean()[None]
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=0)


@pytest.mark.gpu
def test_convolution_square_norm_on_a_gpu():
    if not torch.cuda.is_available():
        pytest.skip("torch finds no CUDA device here")
    for layer in ((3, 4, 9, 8, 3), (10, 10, 6, 6, 5)):
        x, delta = draw_layer(layer)
        found = convolution_square_norm(x.cuda(), delta.cuda(), bias=True)
        expected = convolution_square_norm(x, delta, bias=True)
        torch.testing.assert_close(found.cpu(), expected, rtol=1e-9, atol=0)
