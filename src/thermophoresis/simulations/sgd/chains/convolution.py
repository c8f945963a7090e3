"""Convolutional layers of one replica; functions as of `linear`.

What a layer gets and gives is planar, (channel, row, column). Its weights are strips, see
`numerics.tiles`: forward, each number of a strip is a factor of vectors of pixels; backwards, a
strip is itself made of vectors, and only pixels of what it gets count that are not 0: those of one
input channel at a time, whose strips and their gradients stay in registers all the while.

A convolution with padding is one of a larger image, and with stride s every s-th row and column of
one without (`networks.strided`).
"""

from typing import Any

import numpy as np

from thermophoresis.networks.layers import Convolution
from thermophoresis.networks.strided import StridedConvolution
from thermophoresis.numerics.code import VECTOR_BYTES
from thermophoresis.numerics.compiled import compiled
from thermophoresis.numerics.planes import add_lanes, crop, interleave, put_where_nonzero
from thermophoresis.numerics.tiles import (
    BAND_ROWS,
    BAND_VECTORS,
    TILE_CHANNELS,
    TILE_VECTORS,
    multiply,
    pull_back,
)
from thermophoresis.numerics.vectors import VECTOR, list_nonzero, load
from thermophoresis.simulations.sgd.chains.fields import (
    ACTIVE,
    BIAS,
    BIAS_GRADIENT,
    CHANNELS_IN,
    CHANNELS_OUT,
    COLUMNS,
    CONVOLUTION,
    DELTA,
    GRADIENT,
    INPUT,
    INPUT_GRADIENT,
    INPUTS,
    KERNEL,
    KIND,
    OUTPUT,
    OUTPUT_GRADIENT,
    OUTPUTS,
    PADDED,
    PADDING,
    PARTS,
    PRODUCT,
    ROWS,
    SCRATCH,
    SKIPS,
    STRIDE,
    TRAIN_BIAS,
    TRAIN_WEIGHTS,
    WEIGHTS,
    Floats,
    Integers,
)
from thermophoresis.simulations.sgd.chains.placed import Placed, padded
from thermophoresis.simulations.sgd.chains.update import follow


def place(layer: Convolution, rows: int, columns: int) -> Placed:
    """Return where a layer that gets images of a size keeps its parameters and all else."""
    stride, edge = 1, 0
    if isinstance(layer, StridedConvolution):
        stride, edge = layer.stride, layer.padding
    channels, outputs, kernel = layer.inputs, layer.outputs, layer.kernel
    high, wide = ((size + 2 * edge - kernel) // stride + 1 for size in (rows, columns))
    seen_rows, seen_columns = rows + 2 * edge, columns + 2 * edge
    strip = padded(kernel * outputs)
    o, c, a, b = np.ogrid[:outputs, :channels, :kernel, :kernel]
    lanes = VECTOR_BYTES // 4  # there are more of float32
    pixels = seen_rows * seen_columns
    plane = pixels - (kernel - 1) * seen_columns + lanes * TILE_VECTORS
    areas = {
        # Tiles of pixels read beyond the last image.
        PADDED: padded(channels * pixels + lanes * TILE_VECTORS + kernel) if edge else 0,
        # The product forward; backwards δ turned around.
        PRODUCT: padded(max(outputs * plane, outputs * (high * wide + 2 * lanes))),
        DELTA: padded((seen_rows + 2 * BAND_ROWS) * seen_columns * outputs + VECTOR),
        PARTS: padded((pixels + lanes) * lanes),
        GRADIENT: channels * kernel * strip,
        BIAS_GRADIENT: padded(outputs),
    }
    begins = np.cumsum([0, *areas.values()])
    return Placed(
        row={
            KIND: CONVOLUTION,
            CHANNELS_IN: channels,
            CHANNELS_OUT: outputs,
            KERNEL: kernel,
            ROWS: rows,
            COLUMNS: columns,
            STRIDE: stride,
            PADDING: edge,
            **dict(zip(areas, map(int, begins), strict=False)),
        },
        weights=(c * kernel + a) * strip + (kernel - 1 - b) * outputs + o,
        bias=np.arange(outputs),
        numbers=(channels * kernel * strip, padded(outputs)),
        outputs=np.arange(outputs * high * wide),
        size=padded(outputs * high * wide),
        scratch=int(begins[-1]),
        lists=padded(pixels) + VECTOR,
        image=(outputs, high, wide),
    )


@compiled(inline=True)
def forward(
    layer: Integers, parameters: Floats, work: Floats, lists: Integers, sample: int
) -> None:
    """Compute what a layer gives for one sample; see `linear.forward`."""
    channels, outputs, kernel = layer[CHANNELS_IN], layer[CHANNELS_OUT], layer[KERNEL]
    image, rows, columns = _seen(layer, work, sample)
    strip = _filled_up(kernel * outputs, VECTOR)
    high, wide = rows - kernel + 1, columns - kernel + 1
    tile = TILE_VECTORS * VECTOR_BYTES // work.itemsize
    plane = _filled_up(high * columns, tile)
    product = layer[SCRATCH] + layer[PRODUCT]
    blocks = -(-outputs // TILE_CHANNELS)
    for block in range(blocks):
        first = outputs * block // blocks
        count = outputs * (block + 1) // blocks - first
        for pixel in range(0, high * columns, tile):
            multiply(
                parameters,
                work,
                work,
                count,
                (layer[WEIGHTS] + first, image + pixel, product + first * plane + pixel),
                (channels, outputs, kernel, strip, rows * columns, columns, plane),
            )
    stride = layer[STRIDE]
    out = layer[OUTPUT] + sample * layer[OUTPUTS]
    for o in range(outputs):
        bias, begin = layer[BIAS] + o, product + o * plane
        if stride == 1:
            crop(work, parameters, (begin, bias, out), (high, columns, wide))
            out += high * wide
            continue
        for row in range(begin, begin + high * columns, stride * columns):
            for column in range(row, row + wide, stride):
                work[out] = work[column] + parameters[bias]
                out += 1


@compiled(inline=True)
def descend(
    layer: Integers,
    parameters: Floats,
    velocity: Floats,
    work: Floats,
    lists: Integers,
    batch: int,
    rule: Floats,
) -> None:
    """Hand gradients down and update; see `linear.descend`."""
    outputs, kernel = layer[CHANNELS_OUT], layer[KERNEL]
    count = layer[CHANNELS_IN] * kernel * _filled_up(kernel * outputs, VECTOR)
    gradient = layer[SCRATCH] + layer[GRADIENT]
    bias_gradient = layer[SCRATCH] + layer[BIAS_GRADIENT]
    _clear(work, gradient, count)
    _clear(work, bias_gradient, outputs)
    for sample in range(batch):
        _spread(layer, work, sample)
        if layer[TRAIN_WEIGHTS] or layer[INPUT_GRADIENT] >= 0:
            _pull_back(layer, parameters, work, lists, sample)
    if layer[TRAIN_WEIGHTS]:
        # Behind the numbers of a strip are products with what is behind δ.
        strip = _filled_up(kernel * outputs, VECTOR)
        for begin in range(gradient, gradient + count, strip):
            _clear(work, begin + kernel * outputs, strip - kernel * outputs)
        for v in range(0, count, VECTOR):
            follow(parameters, velocity, layer[WEIGHTS] + v, load(work, gradient + v, VECTOR), rule)
    if layer[TRAIN_BIAS]:
        for v in range(0, outputs, VECTOR):
            found = load(work, bias_gradient + v, VECTOR)
            follow(parameters, velocity, layer[BIAS] + v, found, rule)


@compiled(inline=True)
def _filled_up(count: int, unit: int) -> int:
    return -(-count // unit) * unit


@compiled(inline=True)
def _seen(layer: Integers, work: Floats, sample: int) -> tuple[int, int, int]:
    """Return where the image is that the kernels see, padding included, its rows and columns."""
    image = layer[INPUT] + sample * layer[INPUTS]
    rows, columns, edge = layer[ROWS], layer[COLUMNS], layer[PADDING]
    if edge == 0:
        return image, rows, columns
    # What is around the image is 0 from the beginning.
    padded, wide = layer[SCRATCH] + layer[PADDED], columns + 2 * edge
    for channel in range(layer[CHANNELS_IN]):
        for row in range(rows):
            begin = padded + ((channel * (rows + 2 * edge)) + edge + row) * wide + edge
            _copy(work, begin, image, columns)
            image += columns
    return padded, rows + 2 * edge, wide


@compiled(inline=True)
def _spread(layer: Integers, work: Floats, sample: int) -> None:
    """Lay δ of a sample out as `tiles.pull_back` wants it, and add it to the bias's gradient."""
    outputs, kernel, edge, stride = (
        layer[CHANNELS_OUT],
        layer[KERNEL],
        layer[PADDING],
        layer[STRIDE],
    )
    high = (layer[ROWS] + 2 * edge - kernel) // stride + 1
    wide = (layer[COLUMNS] + 2 * edge - kernel) // stride + 1
    delta = layer[OUTPUT_GRADIENT] + sample * layer[OUTPUTS]
    bias_gradient = layer[SCRATCH] + layer[BIAS_GRADIENT]
    for o in range(outputs):
        work[bias_gradient + o] += _sum(
            work[delta + o * high * wide : delta + (o + 1) * high * wide]
        )
    turned = layer[SCRATCH] + layer[PRODUCT]
    interleave(work, (delta, turned), (outputs, high * wide))
    # What is in between is 0 from the beginning.
    row_size = (layer[COLUMNS] + 2 * edge) * outputs
    spread = layer[SCRATCH] + layer[DELTA] + BAND_ROWS * row_size
    for row in range(high):
        begin = spread + row * stride * row_size
        if stride == 1:
            _copy(work, begin, turned, wide * outputs)
            turned += wide * outputs
            continue
        for column in range(wide):
            pixel = begin + column * stride * outputs
            _copy(work, pixel, turned, outputs)
            turned += outputs


@compiled(inline=True)
def _clear(work: Floats, begin: int, count: int) -> None:
    there = work[begin : begin + count]
    for entry in range(count):
        there[entry] = 0


@compiled(inline=True)
def _copy(work: Floats, to: int, begin: int, count: int) -> None:
    there, here = work[to : to + count], work[begin : begin + count]
    for entry in range(count):  # numba would copy a slice twice
        there[entry] = here[entry]


@compiled(reassociate=True, inline=True)
def _sum(numbers: Floats) -> Any:
    total = numbers.dtype.type(0)
    for entry in range(len(numbers)):
        total += numbers[entry]
    return total


@compiled(inline=True)
def _pull_back(
    layer: Integers, parameters: Floats, work: Floats, lists: Integers, sample: int
) -> None:
    """Add a sample to the weights' gradient, and hand its gradient down."""
    channels, outputs, kernel = layer[CHANNELS_IN], layer[CHANNELS_OUT], layer[KERNEL]
    image, rows, columns = _seen(layer, work, sample)
    high, row_size = rows - kernel + 1, columns * outputs
    strip = _filled_up(kernel * outputs, VECTOR)
    lanes = VECTOR_BYTES // work.itemsize
    scratch, listed = layer[SCRATCH], layer[ACTIVE]
    parts = scratch + layer[PARTS]
    delta = scratch + layer[DELTA] + (BAND_ROWS * columns - kernel + 1) * outputs
    bands = -(-kernel // BAND_ROWS)
    chunks = -(-strip // (lanes * BAND_VECTORS))
    pixels = rows * columns
    count = pixels
    if not layer[SKIPS]:
        for pixel in range(pixels):
            lists[listed + pixel] = pixel
    for channel in range(channels):
        begin = image + channel * pixels
        if layer[SKIPS]:
            count = 0
            for pixel in range(0, pixels, VECTOR):
                count += list_nonzero(work, begin + pixel, lists, listed + count, pixel)
            while count > 0 and lists[listed + count - 1] >= pixels:  # of the next channel
                count -= 1
        _clear(work, parts, count * lanes)
        for band in range(bands):
            a, end = kernel * band // bands, kernel * (band + 1) // bands
            first = _less_than(lists, listed, count, a * columns) if a else 0
            last = count
            if end < kernel:
                last = _less_than(lists, listed, count, (high + end - 1) * columns)
            for chunk in range(chunks):
                v = strip // lanes * chunk // chunks
                vectors = strip // lanes * (chunk + 1) // chunks - v
                there = (channel * kernel + a) * strip + v * lanes
                pull_back(
                    parameters,
                    work,
                    work,
                    work,
                    work,
                    lists,
                    (end - a, vectors),
                    (
                        layer[WEIGHTS] + there,
                        scratch + layer[GRADIENT] + there,
                        delta - a * row_size + v * lanes,
                        begin,
                        parts,
                        listed,
                    ),
                    (first, last, strip, outputs, row_size),
                )
        if layer[INPUT_GRADIENT] >= 0:
            add_lanes(work, parts, count)
            _hand_down(layer, work, lists, count, sample, channel)


@compiled(inline=True)
def _less_than(lists: Integers, begin: int, count: int, bound: int) -> int:
    """Return how many of the numbers of a list are below a bound."""
    found = 0
    listed = lists[begin : begin + count]
    for entry in range(count):
        found += listed[entry] < bound
    return found


@compiled(inline=True)
def _hand_down(
    layer: Integers, work: Floats, lists: Integers, count: int, sample: int, channel: int
) -> None:
    """Write down the gradient with respect to the listed pixels of a channel; others get 0."""
    rows, columns, edge = layer[ROWS], layer[COLUMNS], layer[PADDING]
    parts, pixels = layer[SCRATCH] + layer[PARTS], rows * columns
    image = layer[INPUT] + sample * layer[INPUTS] + channel * pixels
    below = layer[INPUT_GRADIENT] + sample * layer[INPUTS] + channel * pixels
    if edge == 0 and layer[SKIPS]:
        put_where_nonzero(work, (image, parts, below), pixels)
        return
    if edge == 0:
        _copy(work, below, parts, pixels)
        return
    _clear(work, below, pixels)
    wide = columns + 2 * edge
    for entry in range(count):
        pixel = lists[layer[ACTIVE] + entry]
        row, column = pixel // wide - edge, pixel % wide - edge
        if 0 <= row < rows and 0 <= column < columns:
            work[below + row * columns + column] = work[parts + entry]
