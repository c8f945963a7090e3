"""Traces of the Hessian, its Gauss–Newton part and the bound against dense float64 matrices."""

import math
import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from dense_curvature import Module, dense, loss_function, shaped
from hypothesis import example, given, settings
from reference import activation_of, initial_parameters, modules_of
from torch import nn
from torch.func import jacrev

from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.measurements import hessian_trace
from thermophoresis.measurements.gauss_newton import curvature, output_hessian
from thermophoresis.measurements.hessian_trace import (
    exact_hessian_trace,
    is_small,
    sample_losses,
    stochastic_hessian_trace,
)
from thermophoresis.measurements.hessian_trace_bound import kernel_trace_bound
from thermophoresis.networks import differentiable
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution
from thermophoresis.networks.two_layer import TwoLayer

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # of a dependency's own use of torch
    from curvlinops import GGNLinearOperator, HessianLinearOperator

REPLICAS = 2
SAMPLES = 5
TWO_LAYER = (Linear(4, 5), Linear(5, 1, bias=False))
MLP = (Linear(4, 5), Linear(5, 4, bias=False), Linear(4, 3))
CNN = (Convolution(2, 3, 2), Convolution(3, 2, 3, bias=False), Linear(2 * 4, 3))
# Images of 7, 4 and 2, 3 and 1 pixels.
POOLED = (
    StridedConvolution(2, 3, 3, stride=2, padding=1),
    Pooled(StridedConvolution(3, 2, 2, bias=False, padding=1), "average", 2),
    Pooled(Linear(2, 3), "max", 2),
)

# Name: network, shape of one input.
NETWORKS = {
    "two_layer": (Layered(TWO_LAYER), (4,)),
    "two_layer_no_bias": (Layered((Linear(4, 5, bias=False), TWO_LAYER[1])), (4,)),
    "two_layer_classes": (Layered((Linear(4, 5), Linear(5, 3, bias=False)), classes=3), (4,)),
    "mlp": (Layered((*MLP[:2], Linear(4, 1))), (2, 2)),
    "mlp_classes": (Layered(MLP, classes=3), (4,)),
    "cnn": (Layered((*CNN[:2], Linear(2 * 4, 1))), (2, 5, 5)),
    "cnn_classes": (Layered(CNN, classes=3), (2, 5, 5)),
    "cnn_pooled": (Layered(POOLED, classes=3), (2, 7, 7)),
}
SMOOTH = {
    f"{name}_tanh": (Layered(network.layers, network.classes, "tanh"), shape)
    for name, (network, shape) in NETWORKS.items()
} | {
    "mlp_gelu": (Layered(MLP, 3, "gelu"), (4,)),
    "cnn_pooled_gelu": (Layered(POOLED, 3, "gelu"), (2, 7, 7)),
}
LINEAR = {
    "two_layer_identity": (Layered(TWO_LAYER, None, "identity"), (4,)),
    "mlp_identity": (Layered(MLP, 3, "identity"), (4,)),
    "cnn_identity": (Layered(CNN, 3, "identity"), (2, 5, 5)),
}
# Without hidden layers: the logits are linear in the parameters.
LOGISTIC = {
    "logistic": (Layered((Linear(4, 1),)), (4,)),
    "logistic_classes": (Layered((Linear(4, 3),), classes=3), (2, 2)),
}
SQUARED = {
    "two_layer_squared": (Layered(TWO_LAYER, None, "tanh", loss=Squared()), (4,)),
    "mlp_classes_squared": (Layered(MLP, 3, "tanh", loss=Squared((-0.5, 0.5))), (4,)),
    "cnn_squared": (Layered(CNN, 3, loss=Squared()), (2, 5, 5)),
}
OF_CROSS_ENTROPY = NETWORKS | SMOOTH | LINEAR | LOGISTIC
CASES = OF_CROSS_ENTROPY | SQUARED
EVERY = pytest.mark.parametrize("name", CASES)
PIECEWISE_LINEAR = pytest.mark.parametrize("name", NETWORKS | LINEAR)


def draw(name, scale=1.5, replicas=REPLICAS, seed=0):
    """Draw parameters, larger than at initialisation so that nothing is nearly linear, and data."""
    network, shape = CASES[name]
    parameters = initial_parameters(network, range(replicas), torch.float64, seed)
    parameters = {key: scale * value for key, value in parameters.items()}
    stream = torch.Generator().manual_seed(seed)
    x = torch.randn(replicas, SAMPLES, *shape, generator=stream, dtype=torch.float64)
    y = torch.randint(network.classes or 2, (replicas, SAMPLES), generator=stream)
    return network, parameters, x, y if network.classes else y.double()


def each_dense(network, parameters, x, y):
    """Yield replica, sample and the dense matrices."""
    for replica in range(len(x)):
        for sample in range(SAMPLES):
            yield (replica, sample), dense(network, parameters, x, y, replica, sample)


@EVERY
def test_closed_forms_are_those_of_the_dense_matrices(name):
    network, parameters, x, y = draw(name)
    found = curvature(network, parameters, x)
    for at, (_, G, P, K) in each_dense(network, parameters, x, y):
        for value, matrix in ((found.ggn_trace, G), (found.trace_P, P), (found.trace_K, K)):
            torch.testing.assert_close(value[at], matrix.trace(), rtol=1e-8, atol=0)


@EVERY
def test_the_exact_hessian_trace_is_that_of_the_dense_hessian(name):
    network, parameters, x, y = draw(name)
    found = exact_hessian_trace(network, parameters, x, y)
    for at, (H, *_) in each_dense(network, parameters, x, y):
        torch.testing.assert_close(found[at], H.trace(), rtol=1e-8, atol=1e-12)


# It knows no squared error that is summed over outputs.
@pytest.mark.parametrize("name", OF_CROSS_ENTROPY)
def test_curvlinops_agrees(name):
    network, parameters, x, y = draw(name)
    for replica in range(REPLICAS):
        module = Module(network, parameters, replica)
        data = [(x[replica], shaped(network, y[replica]))]
        options = (module, loss_function(network), list(module.parameters()), data)
        traces = []
        for operator in (HessianLinearOperator(*options), GGNLinearOperator(*options)):
            identity = torch.eye(operator.shape[0], dtype=torch.float64)
            traces.append((operator @ identity).trace().detach())
        own = [exact_hessian_trace(network, parameters, x, y), curvature(network, parameters, x)[0]]
        for expected, value in zip(traces, own, strict=True):
            torch.testing.assert_close(value[replica].mean(), expected, rtol=1e-8, atol=1e-12)


@PIECEWISE_LINEAR
def test_hessian_and_gauss_newton_traces_are_equal_for_relu_and_identity(name):
    network, parameters, x, y = draw(name)
    largest = 0.0
    for _, (H, G, *_) in each_dense(network, parameters, x, y):
        torch.testing.assert_close(H.trace(), G.trace(), rtol=1e-8, atol=1e-14)
        largest = max(largest, (H - G).abs().max().item())
    assert largest > 1e-3  # only the diagonals are equal: the Hessian is not its Gauss–Newton part


@pytest.mark.parametrize("name", LOGISTIC)
def test_the_hessian_of_logistic_regression_is_its_gauss_newton_part(name):
    network, parameters, x, y = draw(name)
    for _, (H, G, *_) in each_dense(network, parameters, x, y):
        torch.testing.assert_close(H, G, rtol=1e-10, atol=1e-15)
    found = exact_hessian_trace(network, parameters, x, y)
    ggn_trace = curvature(network, parameters, x).ggn_trace
    torch.testing.assert_close(found, ggn_trace, rtol=1e-10, atol=0)


@pytest.mark.parametrize("name", SMOOTH)
def test_hessian_and_gauss_newton_traces_differ_for_tanh_and_gelu(name):
    network, parameters, x, y = draw(name)
    difference = exact_hessian_trace(network, parameters, x, y)
    difference -= curvature(network, parameters, x).ggn_trace
    assert difference.abs().mean() > 1e-3


@pytest.mark.parametrize("name", ["two_layer", "mlp_classes", "cnn_pooled", "cnn_classes_tanh"])
def test_the_stochastic_trace_is_within_its_error(name, monkeypatch):
    monkeypatch.setattr(hessian_trace, "EXACT_OUTPUTS", 0)
    network, parameters, x, y = draw(name)
    one = {key: value[:1] for key, value in parameters.items()}
    expected = exact_hessian_trace(network, one, x[:1], y[:1]).mean()
    many = {key: value.expand(100, *value.shape[1:]) for key, value in one.items()}
    streams = [generator(7, case, Purpose.TRACE_VECTORS) for case in range(100)]
    # Single estimates are skewed; the mean of this many is nearly normal.
    estimates = stochastic_hessian_trace(network, many, x[:1], y[:1], streams, 40).mean(1)
    error = (estimates.mean(1) - expected).abs() / (estimates.std(1) / 40**0.5)
    assert (error < 3).sum() >= 97
    assert (error > 1).sum() > 10  # the error is not exaggerated


def test_linear_layers_of_few_outputs_add_no_error_to_the_stochastic_trace():
    network, parameters, x, y = draw("mlp_classes")
    streams = [generator(0, replica, Purpose.TRACE_VECTORS) for replica in range(REPLICAS)]
    found = stochastic_hessian_trace(network, parameters, x, y, streams, 2)
    expected = exact_hessian_trace(network, parameters, x, y)[..., None].expand_as(found)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_stochastic_traces_of_a_replica_do_not_depend_on_the_others(monkeypatch):
    monkeypatch.setattr(hessian_trace, "EXACT_OUTPUTS", 0)

    network, parameters, x, y = draw("mlp_classes")

    def estimate(replica):
        rows = slice(replica, replica + 1)
        streams = [generator(0, replica, Purpose.TRACE_VECTORS)]
        own = {key: value[rows] for key, value in parameters.items()}
        return stochastic_hessian_trace(network, own, x[rows], y[rows], streams, 3)

    both = [generator(0, replica, Purpose.TRACE_VECTORS) for replica in range(2)]
    found = stochastic_hessian_trace(network, parameters, x, y, both, 3)
    assert torch.equal(found, torch.cat([estimate(0), estimate(1)]))


@EVERY
def test_losses_are_those_of_the_module(name):
    network, parameters, x, y = draw(name)
    own = {key: value[1] for key, value in parameters.items()}
    found = sample_losses(network, differentiable.logits(network, own, x[1]), y[1]).mean()
    logits = Module(network, parameters, 1)(x[1])
    expected = loss_function(network)(logits, shaped(network, y[1]))
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ["two_layer_tanh", "cnn_pooled"])
def test_the_exact_trace_does_not_depend_on_what_is_taken_together(name, monkeypatch):
    network, parameters, x, y = draw(name)
    expected = exact_hessian_trace(network, parameters, x, y)
    monkeypatch.setattr(hessian_trace, "CHUNK_NUMBERS", 50)  # one replica, and few directions
    found = exact_hessian_trace(network, parameters, x, y)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_small_networks_are_chains_of_linear_layers_with_few_outputs():
    assert is_small(Layered((Linear(1000, 512), Linear(512, 1))))
    assert not is_small(Layered((Linear(10, 513), Linear(513, 1))))
    assert not is_small(Layered(CNN, classes=3))


@pytest.mark.parametrize("bias", [True, False])
def test_the_two_layer_network_as_a_chain_computes_the_same(bias):
    network = TwoLayer(4, 5, bias)
    parameters = initial_parameters(network, range(REPLICAS), torch.float64)
    x = torch.randn(REPLICAS, SAMPLES, 4, dtype=torch.float64)
    layered, views = network.as_layered(parameters)
    logits = layered.activations(views, x)[1]
    torch.testing.assert_close(logits[..., 0], network.forward(parameters, x), rtol=1e-12, atol=0)
    assert layered.parameter_count == network.parameter_count


# --- The bound --------------------------------------------------------------------------------


def unrolled(layer, weight, shape):
    """Return the matrix (out, in) of a layer's linear map for inputs of a shape."""
    if isinstance(layer, Linear):
        return weight
    zero = torch.zeros(1, *shape, dtype=weight.dtype)
    strided = isinstance(layer, StridedConvolution)
    options = (layer.stride, layer.padding) if strided else ()

    def apply(image):
        return nn.functional.conv2d(image, weight, None, *options).flatten()

    return jacrev(apply)(zero).flatten(1)


def slow_bounds(network, parameters, x, replica, sample):
    """Evaluate the bound of Tr K for one sample from its definition, with dense matrices."""
    sigma = activation_of(network)
    h, outputs = x[replica, sample], network.layers[-1].outputs
    W, b, M, slopes, secants, sizes = [], [], [], [], [], []
    layers = [layer.layer if isinstance(layer, Pooled) else layer for layer in network.layers]
    for number, layer in enumerate(layers, start=1):
        pool = modules_of(network.layers[number - 1])[1]
        M.append(jacrev(lambda h, pool=pool: pool(h).flatten())(h).flatten(1))
        h = pool(h)
        weight, bias = parameters[f"W{number}"][replica], parameters.get(f"b{number}")
        W.append(unrolled(layer, weight, h.shape))
        u = W[-1] @ h.flatten()
        pixels = len(u) // layer.outputs
        sizes.append(pixels)
        # What a unit's bias is for every pixel of its channel.
        b.append(torch.zeros_like(u) if bias is None else bias[replica].repeat_interleave(pixels))
        u = (u + b[-1]).requires_grad_()
        h = sigma(u)
        slopes.append(torch.autograd.grad(h.sum(), u)[0])
        u, h = u.detach(), h.detach()
        secants.append(torch.where(u == 0, torch.zeros_like(u), h / u))
        if isinstance(layer, Convolution):
            side = math.isqrt(pixels)  # all images here are square
            h = h.view(layer.outputs, side, side)
    depth = len(W)
    derived = printed = 0.0
    # Of the mean of n numbers, the square is at most 1/n of the sum of their squares.
    gain = [
        layer.size**-2 if isinstance(layer, Pooled) and layer.kind == "average" else 1
        for layer in network.layers
    ]
    for index, layer in enumerate(layers):
        alpha, printed_alpha = x[replica, sample].norm() ** 2, x[replica, sample].norm()
        for n in range(index):
            S = torch.diag(secants[n])
            joined = torch.cat([W[n], b[n][:, None]], 1)
            alpha = (S @ joined).norm() ** 2 * (gain[n] * alpha + layers[n].bias)
            printed_alpha = printed_alpha * (S @ W[n]).norm() ** 2
        behind = 1.0
        for n in range(index + 1, depth):
            behind = behind * (W[n] @ M[n] @ torch.diag(slopes[n - 1])).norm() ** 2
        windows = layer.kernel**2 if isinstance(layer, Convolution) else 1
        if isinstance(layer, StridedConvolution):
            windows = math.ceil(layer.kernel / layer.stride) ** 2
        square = windows * gain[index] * alpha + layer.bias * sizes[index]
        derived = derived + square * (outputs if index == depth - 1 else behind)
        printed = printed + printed_alpha * behind
    return derived, printed


@EVERY
def test_the_bounds_are_those_of_dense_matrices(name):
    network, parameters, x, _ = draw(name)
    found = kernel_trace_bound(network, parameters, x)
    for replica in range(REPLICAS):
        for sample in range(SAMPLES):
            expected = slow_bounds(network, parameters, x, replica, sample)
            for value, number in zip(found, expected, strict=True):
                torch.testing.assert_close(value[replica, sample], number, rtol=1e-10, atol=0)


def test_a_confident_softmax_keeps_its_digits():
    # p = (1 − 2e⁻⁵⁰, e⁻⁵⁰, e⁻⁵⁰) to first order: 1 − p_c would be zero in double precision.
    network = Layered((Linear(1, 3, bias=False),), classes=3)
    logits = torch.tensor([[[50.0, 0.0, 0.0]]], dtype=torch.float64)
    P = output_hessian(network, logits)[0, 0]
    small = np.exp(-50.0)
    assert P.diagonal().tolist() == pytest.approx([2 * small, small, small], rel=1e-14)
    assert P[0, 1:].tolist() == pytest.approx([-small, -small], rel=1e-14)
    assert P.sum(0).abs().max() < 1e-15 * small


@settings(max_examples=60)
@example(name="two_layer_classes", scale=8.0, input_scale=13.0, seed=326650)
@given(
    name=st.sampled_from(list(CASES)),
    scale=st.floats(1e-3, 30),
    input_scale=st.floats(1e-3, 1e3),
    seed=st.integers(0, 2**31),
)
def test_the_chain_holds(name, scale, input_scale, seed):
    network, parameters, x, _ = draw(name, scale, seed=seed)
    x = x * input_scale
    found, bound = curvature(network, parameters, x), kernel_trace_bound(network, parameters, x)
    slack = 1 + 1e-9
    assert (found.ggn_trace <= found.trace_P * found.trace_K * slack).all()
    assert (found.trace_K <= bound.derived * slack).all()


def test_the_bound_is_tight_where_it_can_be():
    # One weight in each layer, no bias, a positive path: every inequality is an equality.
    network = Layered((Linear(1, 1, bias=False), Linear(1, 1, bias=False)))
    parameters = {"W1": torch.full((1, 1, 1), 2.0), "W2": torch.full((1, 1, 1), 3.0)}
    x = torch.full((1, 1, 1), 5.0)
    assert curvature(network, parameters, x).trace_K == 3**2 * 5**2 + (2 * 5) ** 2
    bound = kernel_trace_bound(network, parameters, x)
    assert bound.derived == 3**2 * 5**2 + (2 * 5) ** 2
    assert bound.printed == 5 * (3**2 + 2**2)  # the norm of the input is not squared


def test_the_printed_bound_fails_for_large_inputs():
    network, parameters, x, _ = draw("two_layer_no_bias")
    large = 100 * x
    violated = (
        curvature(network, parameters, large).trace_K
        > kernel_trace_bound(network, parameters, large).printed
    )
    assert violated.any()


def test_the_printed_bound_lacks_the_number_of_classes():
    # A single layer: K = ‖x‖² 1, and the sum over l has one term, which the print makes ‖x‖.
    network = Layered((Linear(3, 4, bias=False),), classes=4)
    parameters = {"W1": torch.ones(1, 4, 3)}
    x = torch.tensor([[[1.0, 0.0, 0.0]]])
    bound = kernel_trace_bound(network, parameters, x)
    assert curvature(network, parameters, x).trace_K == 4
    assert bound.derived == 4
    assert bound.printed == 1


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["mlp_classes", "cnn_classes", "cnn_pooled"])
def test_a_gpu_gives_the_same_curvature(name):
    if not torch.cuda.is_available():
        pytest.skip("torch finds no CUDA device here")
    network, shape = NETWORKS[name]
    streams = [generator(0, replica, Purpose.INITIALISATION) for replica in range(REPLICAS)]
    parameters = network.initialise(streams, torch.float64)
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(REPLICAS, SAMPLES, *shape, generator=draw, dtype=torch.float64)
    expected = curvature(network, parameters, x)
    there = {it: value.cuda() for it, value in parameters.items()}
    for one, other in zip(curvature(network, there, x.cuda()), expected, strict=True):
        torch.testing.assert_close(one.cpu(), other, rtol=1e-10, atol=1e-12)
