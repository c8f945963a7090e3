"""Stacked convolutions against torch's convolution and its automatic differentiation."""

import pytest
import torch
from torch.nn.functional import conv2d, unfold

from thermophoresis.networks import convolution
from thermophoresis.networks.convolution import (
    convolve,
    convolve_backward,
    convolve_weight_gradient,
    windows,
)

# replicas, samples, in, out, rows, columns, kernel
SHAPES = pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 1, 1, 5, 5, 5),  # one pixel comes out
        (1, 1, 1, 10, 28, 28, 5),
        (1, 3, 10, 10, 12, 12, 5),
        (3, 1, 10, 10, 12, 12, 5),
        (3, 4, 2, 3, 9, 7, 3),  # not square
        (2, 5, 3, 2, 6, 6, 1),
        (16, 2, 1, 4, 10, 11, 4),
    ],
    ids=lambda shape: "x".join(map(str, shape)),
)


def draws(shape, dtype=torch.float64, seed=0, device="cpu"):
    replicas, samples, inputs, outputs, rows, columns, kernel = shape
    draw = torch.Generator().manual_seed(seed)
    sizes = (
        (replicas, samples, inputs, rows, columns),
        (replicas, outputs, inputs, kernel, kernel),
        (replicas, outputs),
        (replicas, samples, outputs, rows - kernel + 1, columns - kernel + 1),
    )
    return [torch.randn(size, generator=draw, dtype=dtype).to(device) for size in sizes]


def close(found, expected, rtol=1e-10):
    # Sums of products of both signs cancel: their error is relative to the largest entry.
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, rtol=rtol, atol=rtol * expected.abs().max().item())


@SHAPES
@pytest.mark.parametrize("with_bias", [True, False])
def test_forward_is_that_of_torch(shape, with_bias):
    x, weight, bias, _ = draws(shape)
    z = convolve(x, weight, bias if with_bias else None)
    for replica in range(len(x)):
        expected = conv2d(x[replica], weight[replica], bias[replica] if with_bias else None)
        close(z[replica], expected)


@SHAPES
@pytest.mark.parametrize("need_input", [True, False])
def test_backward_is_that_of_autograd(shape, need_input):
    x, weight, bias, delta = draws(shape)
    found = convolve_backward(x, weight, delta, need_input=need_input)
    for replica in range(len(x)):
        leaves = [value[replica].clone().requires_grad_() for value in (x, weight, bias)]
        z = conv2d(*leaves)
        expected = torch.autograd.grad(z, leaves, delta[replica])
        close(found[0][replica], expected[1])
        close(found[1][replica], expected[2])
        if need_input:
            close(found[2][replica], expected[0])
    if not need_input:
        assert found[2] is None


@pytest.mark.parametrize("kernel", [1, 3])
def test_arguments_need_not_be_contiguous_and_stay_as_they_are(kernel):
    x, weight, bias, delta = draws((3, 4, 2, 3, 9, 7, kernel))
    expected = convolve(x, weight, bias), *convolve_backward(x, weight, delta, need_input=True)
    spread = [
        x.permute(4, 1, 2, 0, 3).contiguous().permute(3, 1, 2, 4, 0),
        weight.permute(4, 3, 2, 1, 0).contiguous().permute(4, 3, 2, 1, 0),
        bias.t().contiguous().t(),
        delta.permute(2, 1, 0, 4, 3).contiguous().permute(2, 1, 0, 4, 3),
    ]
    before = [value.clone() for value in spread]
    found = convolve(*spread[:3]), *convolve_backward(*spread[:2], spread[3], need_input=True)
    for one, other in zip(found, expected, strict=True):
        close(one, other)
    assert all(torch.equal(one, other) for one, other in zip(spread, before, strict=True))


@pytest.mark.parametrize("need_input", [True, False])
@pytest.mark.parametrize("together", [1, 3])
def test_samples_in_chunks(together, need_input, monkeypatch):
    x, weight, bias, delta = draws((2, 7, 3, 4, 9, 8, 3))
    arguments = {"need_input": need_input}
    expected = convolve(x, weight, bias), *convolve_backward(x, weight, delta, **arguments)
    one_sample = 3 * 4 * 7 * 8 * 8  # shifts, channels, rows, columns, bytes
    monkeypatch.setattr(convolution, "CHUNK_BYTES", together * one_sample + 5)
    assert convolution._samples_together(x, weight) == together
    found = convolve(x, weight, bias), *convolve_backward(x, weight, delta, **arguments)
    for one, other in zip(found, expected, strict=True):
        assert one is other is None or close(one, other) is None


@SHAPES
def test_gradient_of_the_weights_alone(shape):
    x, weight, _, delta = draws(shape)
    expected, _, _ = convolve_backward(x, weight, delta, need_input=True)
    close(convolve_weight_gradient(x, delta), expected)


def test_windows_are_what_the_kernel_sees():
    x = draws((2, 3, 4, 1, 6, 5, 3))[0]
    expected = unfold(x.flatten(0, 1), 3).unflatten(0, (2, 3)).transpose(1, 2).flatten(2)
    assert torch.equal(windows(x, 3), expected)


@pytest.mark.parametrize("size", [28, 24, 20, 16, 12])
@pytest.mark.parametrize("samples", [1, 3])
def test_no_bit_depends_on_the_neighbours(size, samples):
    """For the layers of the paper's network; a single replica takes another code path in torch."""
    x, weight, bias, delta = draws(
        (16, samples, 1 if size == 28 else 10, 10, size, size, 5), torch.float32
    )
    need = {"need_input": size < 28}

    def everything(part):
        gradients = convolve_backward(x[part], weight[part], delta[part], **need)
        return convolve(x[part], weight[part], bias[part]), *gradients

    together = everything(slice(None))
    for part in (slice(0, 2), slice(3, 8), slice(14, 16)):
        for one, all_of_them in zip(everything(part), together, strict=True):
            assert one is all_of_them or torch.equal(one, all_of_them[part])


def test_a_diverged_replica_and_sample_leave_the_others_alone():
    """Shifted copies of neighbours lie next to each other in memory."""
    shape = (3, 3, 2, 4, 9, 8, 3)
    x, weight, bias, delta = draws(shape)
    clean = convolve(x, weight, bias), *convolve_backward(x, weight, delta, need_input=True)
    x[1, 1], delta[1, 1] = torch.nan, torch.nan
    spoilt = convolve(x, weight, bias), *convolve_backward(x, weight, delta, need_input=True)
    for one, other in zip(clean, spoilt, strict=True):
        assert torch.equal(one[[0, 2]], other[[0, 2]])
        assert other[1].isnan().any()
    for one, other in ((clean[0], spoilt[0]), (clean[3], spoilt[3])):  # z and the input's gradient
        assert torch.equal(one[1, [0, 2]], other[1, [0, 2]])


@pytest.mark.gpu
@SHAPES
def test_a_gpu_gives_the_same(shape):
    if not torch.cuda.is_available():
        pytest.skip("torch finds no CUDA device here")
    on_cpu, on_gpu = (draws(shape, device=device) for device in ("cpu", "cuda"))
    close(convolve(*on_gpu[:3]).cpu(), convolve(*on_cpu[:3]))
    found, expected = (
        convolve_backward(x, weight, delta, need_input=True)
        for x, weight, _, delta in (on_gpu, on_cpu)
    )
    for one, other in zip(found, expected, strict=True):
        close(one.cpu(), other)
