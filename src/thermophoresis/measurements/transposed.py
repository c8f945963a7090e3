"""The transpose of a convolution, for gradients of which many are zero at whole pixels.

Behind an activation function that is zero for one sign, gradients with respect to all outputs of a
network have the same zeros, which `networks.convolution` multiplies.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

from thermophoresis.numerics.compiled import compiled

TOGETHER = 4  # channels whose products are added up before they are stored
LANES = 8  # numbers in the widest vector register


def transpose_sparse(weight: Tensor, delta: Tensor) -> Tensor:
    """Apply the transpose of the linear map of a convolution, without what is zero for all outputs.

    Parameters
    ----------
    weight
        Shape (replica, out, in, k, k), float64, on a CPU.
    delta
        Shape (replica, sample, output, out, row, column).

    Returns
    -------
    Tensor
        Shape (replica, sample, output, in, row, column), of the images; equal to
        `networks.convolution.convolve_transposed` up to the order of sums.
    """
    replicas, samples, outputs, _, high, wide = delta.shape
    inputs, kernel = weight.shape[2:4]
    # What a row of the kernel reaches is contiguous: (…, row, column · in).
    width = kernel * inputs
    rest = -width % LANES
    matrix = pad(weight.permute(0, 1, 3, 4, 2).flatten(3), (0, rest)).contiguous()
    columns = (wide + kernel - 1) * inputs
    size = (replicas, samples, outputs, high + kernel - 1, columns + rest)
    found = torch.zeros(size, dtype=delta.dtype)
    by_pixel = delta.permute(0, 1, 4, 5, 2, 3).contiguous()
    for replica in range(replicas):
        _add(matrix[replica].numpy(), by_pixel[replica].numpy(), found[replica].numpy())
    images = found[..., :columns].reshape(*size[:4], wide + kernel - 1, inputs)
    return images.movedim(-1, 3)


@compiled()
def _add(weight: np.ndarray, delta: np.ndarray, found: np.ndarray) -> None:
    """Add Wᵀ δ to images (sample, output, row, column · in).

    Parameters
    ----------
    weight
        Shape (out, kernel row, kernel column · in).
    delta
        Shape (sample, row, column, output, out).
    """
    samples, high, wide, outputs, channels = delta.shape
    kernel, width = weight.shape[1:]
    step = (found.shape[3] - width) // (wide - 1) if wide > 1 else 0
    active = np.zeros(channels + TOGETHER, np.int64)
    scale = np.zeros((outputs, channels + TOGETHER))
    for s in range(samples):
        for p in range(high):
            for q in range(wide):
                count = _gather(delta[s, p, q], active, scale)
                for n in range(0, count, TOGETHER):
                    i, j, k, m = active[n], active[n + 1], active[n + 2], active[n + 3]
                    for a in range(kernel):
                        rows = (weight[i, a], weight[j, a], weight[k, a], weight[m, a])
                        for c in range(outputs):
                            reached = found[s, c, p + a, q * step : q * step + width]
                            _add_rows(reached, rows, scale[c, n : n + TOGETHER])


@compiled(inline=True)
def _gather(delta: np.ndarray, active: np.ndarray, scale: np.ndarray) -> int:
    """List the channels at a pixel that are not zero for all outputs, and fill up with zeros."""
    outputs, channels = delta.shape
    count = 0
    for o in range(channels):
        some = False
        for c in range(outputs):
            some |= delta[c, o] != 0
        active[count] = o
        count += some
    for c in range(outputs):
        for n in range(count):
            scale[c, n] = delta[c, active[n]]
        scale[c, count : count + TOGETHER] = 0
    active[count : count + TOGETHER] = 0
    return count


@compiled(inline=True)
def _add_rows(
    reached: np.ndarray, rows: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], by: np.ndarray
) -> None:
    """Add multiples of some rows of the kernel to what they reach."""
    one, two, three, four = rows
    d, e, f, g = by[0], by[1], by[2], by[3]
    for x in range(len(reached)):
        reached[x] += d * one[x] + e * two[x] + f * three[x] + g * four[x]
