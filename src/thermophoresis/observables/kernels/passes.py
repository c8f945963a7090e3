"""Compiled passes over chains of layers: what they put out, and moments of their gradients.

One replica after the other, so that none depends on others; of each, convolutions image by image
and linear layers for all samples together. See `plan.Plan` for where everything is.
"""

import math

import numpy as np

from thermophoresis.numerics.compiled import compiled
from thermophoresis.observables.kernels.plan import VECTOR, Plan
from thermophoresis.observables.kernels.products import (
    add_gram,
    add_products,
    inner_product,
    inner_products,
)


@compiled(inner=True)
def _apply(u: np.ndarray, sigma: int) -> float:
    """Replace u by σ(u), in place; return the sum of σ'."""
    slopes = 0.0
    if sigma == 0:
        active = 0
        for t in range(len(u)):
            positive = u[t] > 0
            active += positive
            # NaN stays.
            u[t] = 0.0 if u[t] < 0 else u[t]
        slopes = float(active)
    elif sigma == 1:
        for t in range(len(u)):
            u[t] = math.tanh(u[t])
            slopes += 1 - u[t] * u[t]
    else:
        slopes = float(len(u))
    return slopes


@compiled(inner=True)
def _times_slope(below: np.ndarray, a: np.ndarray, sigma: int) -> None:
    """Multiply by σ' where a is σ, in place."""
    if sigma == 0:
        for t in range(len(below)):
            below[t] = below[t] if a[t] > 0 else 0.0
    elif sigma == 1:
        for t in range(len(below)):
            below[t] *= 1 - a[t] * a[t]


@compiled(inline=True)
def _copy(to: np.ndarray, of: np.ndarray) -> None:
    """Copy numbers; to assign an array to a slice would take numba a second to compile."""
    for t in range(len(to)):
        to[t] = of[t]


@compiled(inline=True)
def _whole(numbers: int) -> int:
    """Return the next multiple of a vector's length."""
    return (numbers + VECTOR - 1) // VECTOR * VECTOR


@compiled(inner=True)
def _convolve(p: Plan, layer: int, theta: np.ndarray, a: np.ndarray, z: np.ndarray) -> None:
    """Set z to what a convolution makes of one image: rows as wide as those of the image.

    Behind the last row of each channel there are up to seven numbers that mean nothing.
    """
    columns, outputs, kernel = p.columns[layer], p.outputs[layer], p.kernel[layer]
    pixels = (p.rows[layer] - kernel + 1) * columns
    size = _whole(pixels)
    for o in range(outputs):
        z[o * size : (o + 1) * size] = theta[p.bias[layer] + o] if p.bias[layer] >= 0 else 0.0
    taps = slice(p.taps[layer], p.taps[layer + 1])
    begins, weights = p.begins[taps], p.weights[taps]
    w, n = theta[p.weight[layer] :], _whole(pixels - kernel + 1)
    add_products(z, 0, size, outputs, a, begins, w, len(begins), weights, n)


@compiled(inner=True)
def _images(
    p: Plan,
    theta: np.ndarray,
    x: np.ndarray,
    a: np.ndarray,
    slopes: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Run the convolutions; set what each layer behind the first of them gets."""
    z, out = scratch[0], scratch[1]
    for sample in range(p.samples):
        pixels = p.inputs[0] * p.rows[0] * p.columns[0]
        image = scratch[2]
        _copy(image[:pixels], x[sample * pixels : (sample + 1) * pixels])
        for layer in range(p.images):
            columns, outputs, kernel = p.columns[layer], p.outputs[layer], p.kernel[layer]
            high, wide = p.rows[layer] - kernel + 1, columns - kernel + 1
            _convolve(p, layer, theta, image, z)
            size = outputs * high * wide
            for o in range(outputs):
                for i in range(high):
                    at = o * _whole(high * columns) + i * columns
                    to = (o * high + i) * wide
                    for j in range(wide):
                        out[to + j] = z[at + j]
            slopes[layer] += _apply(out[:size], p.sigma)
            at = p.got[layer + 1]
            if layer + 1 < p.images:
                image = a[at + sample * size :]
                _copy(image[:size], out[:size])
            else:  # to linear layers
                for unit in range(size):
                    a[at + unit * p.samples + sample] = out[unit]


@compiled()
def forward(
    p: Plan,
    theta: np.ndarray,
    x: np.ndarray,
    a: np.ndarray,
    z: np.ndarray,
    slopes: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Run the network.

    Parameters
    ----------
    p
        Where everything is.
    theta
        Parameters, (replica, parameter), as ``p`` says.
    x
        What the first layer gets, (replica, number), or (1, number) for all.
    a
        Gets what the other layers get, (replica, number).
    z
        Gets the outputs, (replica, class · sample).
    slopes
        Gets the mean of σ' of every hidden layer, (replica, layer).
    scratch
        Memory to work in, (6, p.largest).
    """
    n, last = p.samples, len(p.inputs) - 1
    for replica in range(len(theta)):
        of, own = theta[replica], a[replica]
        first = x[replica if len(x) > 1 else 0]
        slopes[replica] = 0.0
        own[p.activations - VECTOR :] = 0.0
        if p.images:
            _images(p, of, first, own, slopes[replica], scratch)
        for layer in range(p.images, last + 1):
            got = first if layer == 0 else own[p.got[layer] :]
            out = z[replica] if layer == last else own[p.got[layer + 1] :]
            outputs, inputs = p.outputs[layer], p.inputs[layer]
            for o in range(outputs):
                bias = of[p.bias[layer] + o] if p.bias[layer] >= 0 else 0.0
                out[o * n : (o + 1) * n] = bias
            taps = slice(p.taps[layer], p.taps[layer + 1])
            begins, weights, w = p.begins[taps], p.weights[taps], of[p.weight[layer] :]
            add_products(out, 0, n, outputs, got, begins, w, inputs, weights, n)
            if layer < last:
                slopes[replica, layer] = _apply(out[: outputs * n], p.sigma)
        for layer in range(last):
            high, wide = 1, 1
            if layer < p.images:
                high = p.rows[layer] - p.kernel[layer] + 1
                wide = p.columns[layer] - p.kernel[layer] + 1
            slopes[replica, layer] /= p.outputs[layer] * high * wide * n


@compiled(inner=True)
def _linear_squares(d: np.ndarray, a: np.ndarray, n: int, one: float) -> float:
    """Return Σ ‖δ‖² (‖a‖² + 1) over samples: the squares of gradients of weights, and of biases."""
    outer, inner = np.zeros(n), np.full(n, one)
    for row in range(0, len(d), n):
        for t in range(n):
            outer[t] += d[row + t] * d[row + t]
    for row in range(0, len(a), n):
        for t in range(n):
            inner[t] += a[row + t] * a[row + t]
    total = 0.0
    for t in range(n):
        total += outer[t] * inner[t]
    return total


@compiled(inner=True)
def _square_by_samples(
    d: np.ndarray, a: np.ndarray, n: int, one: float, of_d: np.ndarray, of_a: np.ndarray
) -> float:
    """Return ‖Σ_n ∇ℓ_n‖² = Σ_{n,m} (δ_n·δ_m) (a_n·a_m + 1) of a linear layer.

    With fewer samples than units it takes less than the sum itself. ``of_d`` and ``of_a`` are
    memory for n · n numbers each.
    """
    of_d[: n * n], of_a[: n * n] = 0.0, one
    add_gram(of_d, d, n)
    add_gram(of_a, a, n)
    total = 0.0
    for s in range(n):
        at, end = s * n + s, s * n + n
        square = 2 * inner_product(of_d[at:end], of_a[at:end])
        total += square - of_d[at] * of_a[at]
    return total


@compiled(reassociate=True, inner=True)
def _sum(values: np.ndarray) -> float:
    """Return the sum."""
    total = 0.0
    for t in range(len(values)):
        total += values[t]
    return total


@compiled(inner=True)
def _spread(p: Plan, layer: int, of: np.ndarray, d: np.ndarray) -> int:
    """Set d to the gradient of a convolution's output with zeros around; return its row.

    Rows become as wide as those of the image. In front of the first pixel of a channel there are
    as many zeros as a whole vector, so that it begins at one, and k − 1 or more behind the last.
    """
    columns, kernel, outputs = p.columns[layer], p.kernel[layer], p.outputs[layer]
    high, wide = p.rows[layer] - kernel + 1, columns - kernel + 1
    front = _whole(kernel - 1)
    row = front + _whole(high * columns + kernel - 1)
    d[: outputs * row] = 0.0
    for o in range(outputs):
        for i in range(high):
            to = o * row + front + i * columns
            for j in range(wide):
                d[to + j] = of[(o * high + i) * wide + j]
    return row


@compiled(inner=True)
def _images_backward(
    p: Plan,
    theta: np.ndarray,
    x: np.ndarray,
    a: np.ndarray,
    top: np.ndarray,
    total: np.ndarray,
    scratch: np.ndarray,
) -> float:
    """Return Σ ‖∇‖² of the convolutions, and add their gradients to ``total``.

    ``top`` is the gradient with respect to what the last of them puts out, (unit, sample).
    """
    d, below, image, square = scratch[0], scratch[1], scratch[2], 0.0
    for sample in range(p.samples):
        for unit in range(len(top) // p.samples):
            below[unit] = top[unit * p.samples + sample]
        for layer in range(p.images - 1, -1, -1):
            columns, kernel, outputs = p.columns[layer], p.kernel[layer], p.outputs[layer]
            size = p.inputs[layer] * p.rows[layer] * columns
            pixels = (p.rows[layer] - kernel + 1) * columns
            if layer:
                got = a[p.got[layer] + sample * size :]
            else:
                got = image
                _copy(image[:size], x[sample * size : (sample + 1) * size])
                image[size : size + VECTOR] = 0.0
            row, front = _spread(p, layer, below, d), _whole(kernel - 1)
            begins = p.begins[p.taps[layer] : p.taps[layer + 1]]
            sums, n = total[p.weight[layer] :], _whole(pixels - kernel + 1)
            square += inner_products(d, front, row, outputs, got, begins, n, sums)
            if p.bias[layer] >= 0:
                for o in range(outputs):
                    of_bias = _sum(d[o * row : (o + 1) * row])
                    square += of_bias**2
                    total[p.bias[layer] + o] += of_bias
            if layer:
                _pull(p, layer, theta, d, row, below)
                _times_slope(below[:size], got, p.sigma)
    return square


@compiled(inner=True)
def _pull(
    p: Plan, layer: int, theta: np.ndarray, d: np.ndarray, row: int, below: np.ndarray
) -> None:
    """Set the gradient with respect to what a convolution gets; d is as `_spread` makes it."""
    columns, kernel, inputs = p.columns[layer], p.kernel[layer], p.inputs[layer]
    outputs, pixels = p.outputs[layer], p.rows[layer] * p.columns[layer]
    begins = np.empty(outputs * kernel, np.int64)
    weights = np.empty(outputs * kernel, np.int64)
    for o in range(outputs):
        for b in range(kernel):
            begins[o * kernel + b] = o * row + _whole(kernel - 1) - b
            weights[o * kernel + b] = o * inputs * kernel**2 + b
    n = (p.rows[layer] - kernel + 1) * columns
    below[: inputs * pixels] = 0.0
    for i in range(kernel):
        w = theta[p.weight[layer] + i * kernel :]
        add_products(below, i * columns, pixels, inputs, d, begins, w, kernel**2, weights, n)


@compiled(inner=True)
def _linear_sums(p: Plan, layer: int, d: np.ndarray, a: np.ndarray, total: np.ndarray) -> float:
    """Set the gradients of a linear layer, summed over the samples; return their square."""
    n, weights, outputs = p.samples, p.inputs[layer] * p.outputs[layer], p.outputs[layer]
    sums = total[p.weight[layer] : p.weight[layer] + weights]
    sums[:] = 0.0
    begins = p.begins[p.taps[layer] : p.taps[layer + 1]]
    square = inner_products(d, 0, n, outputs, a, begins, n, sums)
    if p.bias[layer] >= 0:
        for o in range(outputs):
            of_bias = _sum(d[o * n : (o + 1) * n])
            total[p.bias[layer] + o] = of_bias
            square += of_bias**2
    return square


@compiled()
def backward(
    p: Plan,
    theta: np.ndarray,
    x: np.ndarray,
    a: np.ndarray,
    residual: np.ndarray,
    total: np.ndarray,
    wanted: bool,
    squares: np.ndarray,
    scratch: np.ndarray,
) -> None:
    """Propagate gradients with respect to the outputs back through the network.

    Parameters
    ----------
    p, theta, x, a, scratch
        As for `forward`, which has set a.
    residual
        Gradient of every sample's loss with respect to the outputs, (replica, class · sample).
    total
        Gets the gradients, summed over the samples, (replica, parameter); or (1, parameter), to
        work in, where nobody wants them.
    wanted
        Whether somebody does.
    squares
        Gets Σ_n ‖∇ℓ_n‖² and ‖Σ_n ∇ℓ_n‖², (2, replica).
    """
    n, last = p.samples, len(p.inputs) - 1
    for replica in range(len(theta)):
        of, own = theta[replica], a[replica]
        sums = total[replica if wanted else 0]
        first = x[replica if len(x) > 1 else 0]
        delta, square, of_total = residual[replica], 0.0, 0.0
        for layer in range(last, p.images - 1, -1):
            inputs, outputs = p.inputs[layer], p.outputs[layer]
            got = (first if layer == 0 else own[p.got[layer] :])[: inputs * n]
            d, one = delta[: outputs * n], 1.0 if p.bias[layer] >= 0 else 0.0
            square += _linear_squares(d, got, n, one)
            if not wanted and n * (inputs + outputs) < 2 * inputs * outputs:
                of_total += _square_by_samples(d, got, n, one, scratch[4], scratch[5])
            else:
                of_total += _linear_sums(p, layer, d, got, sums)
            if layer:
                delta = scratch[(last - layer) % 2][: inputs * n]
                delta[:] = 0.0
                rows, w = np.arange(outputs), of[p.weight[layer] :]
                add_products(delta, 0, n, inputs, d, rows * n, w, 1, rows * inputs, n)
                _times_slope(delta, got, p.sigma)
        if p.images:
            top, images = scratch[3][: p.inputs[p.images] * n], sums[: p.weight[p.images]]
            _copy(top, delta)
            images[:] = 0.0
            square += _images_backward(p, of, first, own, top, sums, scratch)
            of_total += inner_product(images, images)
        squares[0, replica], squares[1, replica] = square, of_total
