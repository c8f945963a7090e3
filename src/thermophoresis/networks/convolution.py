"""Convolutions on stacked parameters as matrix products, forward and backward.

torch's own convolution is slow here: it has no fast path for ten channels, whether the replicas
are convolved one after the other or as groups of one convolution. A matrix product for all
replicas is faster, but writing every k×k window of an image as a column costs more time than
multiplying. A convolution is therefore split along its two axes. With pixels in one row,
p = i·W + j, and the shifted images X[(c,a), p] = x[c, p + a·W],

    Y[(b,o), p] = Σ_{c,a} w[o,c,a,b] X[(c,a), p],    z[o, p] = Σ_b Y[(b,o), p + b]:

k shifted copies, one product of (k·out) × (k·in) matrices with X, and a sum over k shifts. Columns
j > W − k of z are not part of the result. With δ filled up with zeros there and its shifted copies
D[(b,o), p] = δ[o, p − b], the gradients are two more products of the same kind, ∇w = D Xᵀ and
Σ_a of the shifted rows of wᵀ D.

With one input channel there is little to share, and all k² windows are written out.

Five convolutions of 10 channels and 5×5 kernels on an image of 28×28 pixels, forward and backward
in float32 on one core (AMD EPYC with AVX-512), take 1.0 ms for one replica, 0.49 ms each for 4 and
0.37 ms each for 16. The loop that everybody writes takes 1.6 ms for a step.
"""

import torch
from torch import Tensor

# Samples are convolved together while their shifted copies take no more than this for each replica:
# many samples at once would leave the cache, 256 of them in float64 take up to three times as long.
# The number of replicas does not enter, so that sums over samples do not depend on it.
CHUNK_BYTES = 2**20
# On a GPU every call takes some microseconds, whatever it does: as many samples as its memory may
# hold for a thousand replicas.
CHUNK_BYTES_ON_GPU = 2**24


def convolve(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Convolve every replica's images with its own kernels (no padding, stride 1).

    Parameters
    ----------
    x
        Images, (replica, sample, in, row, column).
    weight
        Square kernels, (replica, out, in, k, k).
    bias
        One number for each output channel, (replica, out), or None.

    Returns
    -------
    Tensor
        Shape (replica, sample, out, row − k + 1, column − k + 1).
    """
    chunk = _samples_together(x, weight)
    if x.shape[1] > chunk:
        # torch does not type `split`.
        return torch.cat([convolve(part, weight, bias) for part in x.split(chunk, 1)], 1)  # type: ignore[no-untyped-call]
    replicas, samples, inputs, rows, columns = x.shape
    outputs, kernel = weight.shape[1], weight.shape[4]
    high, wide = rows - kernel + 1, columns - kernel + 1
    if inputs == 1:
        flat = weight.flatten(2)
        product = (
            torch.bmm(flat, windows(x, kernel))
            if bias is None
            else torch.baddbmm(bias[:, :, None], flat, windows(x, kernel))
        )
        return product.view(replicas, outputs, samples, high, wide).transpose(1, 2)
    pixels = samples * high * columns
    size = outputs * pixels
    # The last shifts read beyond the product, in columns that are not part of the result.
    memory = x.new_empty(replicas * kernel * size + kernel - 1)
    product = memory[: replicas * kernel * size].view(replicas, kernel * outputs, pixels)
    shifted = weight.permute(0, 4, 1, 2, 3).reshape(replicas, kernel * outputs, inputs * kernel)
    torch.bmm(shifted, _shifted_rows(x, kernel), out=product)
    z = memory.as_strided(
        (replicas, kernel, outputs, pixels), (kernel * size, size + 1, pixels, 1)
    ).sum(1)
    z = z.view(replicas, outputs, samples, high, columns)[..., :wide]
    z = z.contiguous() if bias is None else z + bias[:, :, None, None, None]
    return z.transpose(1, 2)


def convolve_backward(
    x: Tensor, weight: Tensor, delta: Tensor, *, need_input: bool
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return the gradients of a convolution.

    Parameters
    ----------
    x, weight
        As `convolve`.
    delta
        Gradient with respect to the output, shape as returned by `convolve`.
    need_input
        Whether the gradient with respect to ``x`` is wanted.

    Returns
    -------
    tuple
        Gradients with respect to the weights and to the bias, summed over the samples, and with
        respect to ``x`` or None; shapes as the arguments of `convolve`.
    """
    chunk = _samples_together(x, weight)
    if x.shape[1] > chunk:
        parts = zip(x.split(chunk, 1), delta.split(chunk, 1), strict=True)  # type: ignore[no-untyped-call]
        weight_gradient, bias_gradient = (
            torch.zeros_like(weight),
            weight.new_zeros(weight.shape[:2]),
        )
        below = []
        for part in parts:
            of_part = convolve_backward(part[0], weight, part[1], need_input=need_input)
            weight_gradient += of_part[0]
            bias_gradient += of_part[1]
            below.append(of_part[2])
        # None is in it only where the input's gradient is not wanted.
        return weight_gradient, bias_gradient, torch.cat(below, 1) if need_input else None  # type: ignore[arg-type]
    delta = delta.transpose(1, 2)
    bias_gradient = delta.sum((2, 3, 4))
    if not need_input:
        return _weight_gradient(x, delta), bias_gradient, None
    replicas, outputs, inputs, kernel, _ = weight.shape
    samples, high, columns = x.shape[1], delta.shape[3], x.shape[4]
    spread = _shifted_columns(delta, columns)
    gradient = _weight_gradient(x, delta, spread)
    # The shifts in `spread` count down, and so must those in the weights.
    matrix = weight.flip(4).permute(0, 4, 1, 2, 3)
    matrix = matrix.reshape(replicas, kernel * outputs, inputs * kernel)
    product = torch.bmm(matrix.mT, spread).view(replicas, inputs, kernel, samples, high, columns)
    input_delta = product.new_zeros(replicas, inputs, samples, *x.shape[3:])
    for shift in range(kernel):
        input_delta[:, :, :, shift : shift + high] += product[:, :, shift]
    return gradient, bias_gradient, input_delta.transpose(1, 2)


def convolve_weight_gradient(x: Tensor, delta: Tensor) -> Tensor:
    """Return the first of the gradients of `convolve_backward`, which needs no weights."""
    return _weight_gradient(x, delta.transpose(1, 2))


def convolve_transposed(weight: Tensor, delta: Tensor) -> Tensor:
    """Apply the transpose of the linear map x ↦ `convolve` (x, weight, None) to δ.

    It is the last of the gradients of `convolve_backward`, where no other is wanted.

    Parameters
    ----------
    weight
        As `convolve`.
    delta
        Shape as returned by `convolve`.

    Returns
    -------
    Tensor
        Shape of the images, (replica, sample, in, row, column).
    """
    edge = weight.shape[4] - 1
    padded = torch.nn.functional.pad(delta, (edge, edge, edge, edge))
    return convolve(padded, weight.flip(3, 4).transpose(1, 2), None)


def windows(x: Tensor, kernel: int) -> Tensor:
    """Write out what a kernel sees of each image.

    Parameters
    ----------
    x
        Images, (replica, sample, in, row, column).
    kernel
        Side k of the kernel.

    Returns
    -------
    Tensor
        Shape (replica, in · k · k, sample · pixel of the output), contiguous.
    """
    seen = x.unfold(3, kernel, 1).unfold(4, kernel, 1)  # (r, s, c, i, j, a, b)
    return seen.permute(0, 2, 5, 6, 1, 3, 4).reshape(len(x), x.shape[2] * kernel**2, -1)


def _samples_together(x: Tensor, weight: Tensor) -> int:
    """Return how many samples to work on together."""
    outputs, inputs, kernel = weight.shape[1:4]
    pixels = (x.shape[3] - kernel + 1) * x.shape[4]
    chunk_bytes = CHUNK_BYTES_ON_GPU if x.is_cuda else CHUNK_BYTES
    return max(1, chunk_bytes // (kernel * max(inputs, outputs) * pixels * x.element_size()))


def _shifted_rows(x: Tensor, kernel: int) -> Tensor:
    """Return X[(c,a), (s,i,j)] = x[s, c, i + a, j] for every replica, contiguous."""
    shifted = x.unfold(3, x.shape[3] - kernel + 1, 1)  # (r, s, c, a, j, i)
    return shifted.permute(0, 2, 3, 1, 5, 4).reshape(len(x), x.shape[2] * kernel, -1)


def _shifted_columns(delta: Tensor, columns: int) -> Tensor:
    """Return D[(k−1−b,o), (s,i,j)] = δ[o, s, i, j − b] or 0 for δ (replica, out, sample, i, j)."""
    replicas, outputs, samples, high, wide = delta.shape
    kernel = columns - wide + 1
    pixels = samples * high * columns
    # Every row ends in k − 1 zeros, so that a shift past the beginning of the next reads zeros.
    memory = delta.new_zeros(kernel - 1 + replicas * outputs * pixels)
    rows = memory[kernel - 1 :].view(replicas, outputs, samples, high, columns)
    rows[..., :wide] = delta
    # Strides are not negative, so the shifts count down.
    shifted = memory.as_strided(
        (replicas, kernel, outputs, pixels), (outputs * pixels, 1, pixels, 1)
    )
    return shifted.reshape(replicas, kernel * outputs, pixels)


def _weight_gradient(x: Tensor, delta: Tensor, spread: Tensor | None = None) -> Tensor:
    """Return ∇w for δ (replica, out, sample, i, j), and its `_shifted_columns` if at hand."""
    replicas, outputs = delta.shape[:2]
    inputs, columns = x.shape[2], x.shape[4]
    kernel = columns - delta.shape[4] + 1
    if inputs == 1:
        flat = delta.reshape(replicas, outputs, -1)
        return torch.bmm(flat, windows(x, kernel).mT).view(replicas, outputs, 1, kernel, kernel)
    if spread is None:
        spread = _shifted_columns(delta, columns)
    gradient = torch.bmm(spread, _shifted_rows(x, kernel).mT)
    gradient = gradient.view(replicas, kernel, outputs, inputs, kernel).flip(1)
    return gradient.permute(0, 2, 3, 4, 1)
