"""Both products of a convolution, forward and backward, with their sums in registers.

Images are (channel, row, column). The kernels of edge k from C to O channels are C·k strips: that
of channel c and row a of the kernel has w[o, c, a, k − 1 − b] at b·O + o, columns from right to
left, with zeros up to a whole number of vectors. See `code` for what is asked of arrays.
"""

from typing import Any

from thermophoresis.numerics.code import WIDE, Code, in_loops, written_by
from thermophoresis.numerics.vectors import INT64

# Tiles are as large as the registers allow, with a few left for factors.
TILE_CHANNELS = 5  # at most
TILE_VECTORS = 3 if WIDE else 2
BAND_ROWS = 3 if WIDE else 1  # at most
BAND_VECTORS = 4 if WIDE else 3  # at most


@in_loops
def multiply(
    _: Any, weights: Any, image: Any, product: Any, outputs: Any, places: Any, sizes: Any
) -> Any:
    """Convolve: a tile of `TILE_VECTORS` vectors of pixels and a few output channels.

    With the pixels of a channel in one row, p = i·columns + j,

        z[o, p] = Σ_{c,a,b} w[o, c, a, b] x[c, p + a·columns + b];

    the last k − 1 columns of z are not part of the result.

    Parameters
    ----------
    weights, image, product
        w, x and z.
    outputs
        How many output channels, at most `TILE_CHANNELS`.
    places
        Where the weights of the first output channel begin, and the first pixels in x and z.
    sizes
        Input and output channels in all, k; numbers of a strip of w, of a channel of x, of a row
        of x, and of a channel of z.
    """
    return written_by(_multiply, weights, image, product, outputs, places, sizes)


def _multiply(
    code: Code, weights: Any, image: Any, product: Any, outputs: Any, places: Any, sizes: Any
) -> None:
    weights, image, product = map(code.beyond, (weights, image, product), places)
    for count in range(1, TILE_CHANNELS + 1):
        with code.case(outputs, count):
            _multiply_channels(code, count, weights, image, product, sizes)


def _multiply_channels(
    code: Code, outputs: int, weights: Any, image: Any, product: Any, sizes: Any
) -> None:
    channels, width, kernel, strip, plane, columns, product_plane = sizes
    starts = [vector * code.lanes for vector in range(TILE_VECTORS)]
    sums = [[code.variable(code.zero) for _ in starts] for _ in range(outputs)]
    with code.loop(channels) as c, code.loop(kernel) as a, code.loop(kernel) as b:
        row = code.beyond(weights, code.times(c, kernel, strip), code.times(a, strip))
        seen = code.beyond(image, code.times(c, plane), code.times(a, columns), kernel, -1)
        seen = code.beyond(seen, code.times(b, -1))  # from right to left, as in the strip
        pixels = [code.load(code.beyond(seen, start)) for start in starts]
        for o in range(outputs):
            place = code.beyond(row, code.times(b, width), o)
            factor = code.splat(code.builder.load(place))
            for total, pixel in zip(sums[o], pixels, strict=True):
                total.set(code.fused(factor, pixel, total.get()))
    for o in range(outputs):
        place = code.beyond(product, code.times(product_plane, o))
        for total, start in zip(sums[o], starts, strict=True):
            code.store(total.get(), code.beyond(place, start))


@in_loops
def pull_back(
    _: Any, weights: Any, gradient: Any, delta: Any, image: Any, below: Any, pixels: Any,
    shape: Any, places: Any, sizes: Any,
) -> Any:  # fmt: skip
    """Add up both gradients of a convolution: a band of rows of the kernel and listed pixels.

    For one input channel, with the pixels p of the image in one row and δ as (row, column, output
    channel) amid zeros, so that what a strip of weights gets from p is a strip of δ,

        G[a, v] += Σ_p x[p] D[p, a, v],    u[p] += Σ_{a,v} w[a, v] D[p, a, v],

    where D[p, a, v] = δ[first + p·O − a·row + v]. Both need the same numbers of δ, and pixels
    where x = 0 and u is not asked for need none. u[p] is left as a vector of parts.

    Parameters
    ----------
    weights, gradient, delta, image, below, pixels
        w, G, δ, x, u (one vector for each pixel of the list) and the list of p.
    shape
        How many rows a, at most `BAND_ROWS`, and vectors v of a strip, at most `BAND_VECTORS`.
    places
        Where the band begins in w and G, ``first`` in δ, the channel in x, and the list.
    sizes
        The list's first entry and the end; numbers of a strip, O, and of a row of δ.
    """
    return written_by(
        _pull_back, weights, gradient, delta, image, below, pixels, shape, places, sizes
    )


def _pull_back(
    code: Code, weights: Any, gradient: Any, delta: Any, image: Any, below: Any, pixels: Any,
    shape: Any, places: Any, sizes: Any,
) -> None:  # fmt: skip
    arrays = weights, gradient, delta, image, below, pixels
    arrays = tuple(map(code.beyond, arrays, places))
    for rows in range(1, BAND_ROWS + 1):
        for vectors in range(1, BAND_VECTORS + 1):
            with code.case(shape[0], rows), code.case(shape[1], vectors):
                _pull_back_band(code, rows, vectors, arrays, sizes)


def _pull_back_band(code: Code, rows: int, vectors: int, arrays: Any, sizes: Any) -> None:
    weights, gradient, delta, image, below, pixels = arrays
    first, end, strip, width, delta_row = sizes
    band = [(a, v * code.lanes) for a in range(rows) for v in range(vectors)]
    offsets = [code.builder.add(code.times(strip, a), INT64(v)) for a, v in band]
    factors = [code.load(code.beyond(weights, offset)) for offset in offsets]
    places = [code.beyond(gradient, offset) for offset in offsets]
    sums = [code.variable(code.load(place)) for place in places]
    with code.loop(code.builder.sub(end, first)) as position:
        entry = code.builder.add(position, first)
        pixel = code.builder.sext(code.builder.load(code.beyond(pixels, entry)), INT64)
        value = code.splat(code.builder.load(code.beyond(image, pixel)))
        seen = code.beyond(delta, code.times(pixel, width))
        kept = code.beyond(below, code.times(entry, code.lanes))
        parts = code.load(kept)
        of_row = code.zero
        for index, (a, v) in enumerate(band):
            there = code.load(code.beyond(seen, code.times(delta_row, -a), v))
            sums[index].set(code.fused(value, there, sums[index].get()))
            # One chain of sums for each row: none has to wait for all others.
            of_row = code.fused(factors[index], there, code.zero if v == 0 else of_row)
            if v == (vectors - 1) * code.lanes:
                parts = code.builder.fadd(parts, of_row)
        code.store(parts, kept)
    for place, total in zip(places, sums, strict=True):
        code.store(total.get(), place)
