"""Products of a few rows of numbers with shifted rows of many, as compiled loops.

The layers of a chain are sums over taps: an output is a weight times an input, added up over what
the output sees. Here an input is a row of numbers, one for each sample of a linear layer, or for
each pixel of an image, and a tap is where its row begins. Four rows times four taps keep the
registers of a vector processor busy: they load twelve vectors for sixteen products.

In float64, with 256 numbers a row and 100 rows, `add_products` makes 35 and `inner_products` 44
milliard products a second on a core of AMD's Zen 5, where torch's matrix products make 25.
"""

import numpy as np

from thermophoresis.numerics.compiled import compiled

# So many numbers of a row are worked on together, and so many of all taps: 32 KiB in float64, of a
# first-level cache.
NUMBERS = 256
TOGETHER = 2**12
# Of a symmetric matrix, so many rows have the same beginning.
GRAM_ROWS = 16


@compiled(inline=True)
def _four_by_four(
    z: np.ndarray, at: int, row: int, x: np.ndarray, begin: np.ndarray, w: np.ndarray, n: int
) -> None:
    """Add four taps to each of four rows of z; w has their weights."""
    z0, z1 = z[at : at + n], z[at + row : at + row + n]
    z2, z3 = z[at + 2 * row : at + 2 * row + n], z[at + 3 * row : at + 3 * row + n]
    x0, x1 = x[begin[0] : begin[0] + n], x[begin[1] : begin[1] + n]
    x2, x3 = x[begin[2] : begin[2] + n], x[begin[3] : begin[3] + n]
    a0, a1, a2, a3 = w[0, 0], w[0, 1], w[0, 2], w[0, 3]
    b0, b1, b2, b3 = w[1, 0], w[1, 1], w[1, 2], w[1, 3]
    c0, c1, c2, c3 = w[2, 0], w[2, 1], w[2, 2], w[2, 3]
    d0, d1, d2, d3 = w[3, 0], w[3, 1], w[3, 2], w[3, 3]
    for t in range(n):
        p, q, r, s = x0[t], x1[t], x2[t], x3[t]
        z0[t] = z0[t] + a0 * p + a1 * q + a2 * r + a3 * s
        z1[t] = z1[t] + b0 * p + b1 * q + b2 * r + b3 * s
        z2[t] = z2[t] + c0 * p + c1 * q + c2 * r + c3 * s
        z3[t] = z3[t] + d0 * p + d1 * q + d2 * r + d3 * s


@compiled(inline=True)
def _two_by_four(
    z: np.ndarray, at: int, row: int, x: np.ndarray, begin: np.ndarray, w: np.ndarray, n: int
) -> None:
    """Add four taps to each of two rows of z."""
    z0, z1 = z[at : at + n], z[at + row : at + row + n]
    x0, x1 = x[begin[0] : begin[0] + n], x[begin[1] : begin[1] + n]
    x2, x3 = x[begin[2] : begin[2] + n], x[begin[3] : begin[3] + n]
    a0, a1, a2, a3 = w[0, 0], w[0, 1], w[0, 2], w[0, 3]
    b0, b1, b2, b3 = w[1, 0], w[1, 1], w[1, 2], w[1, 3]
    for t in range(n):
        p, q, r, s = x0[t], x1[t], x2[t], x3[t]
        z0[t] = z0[t] + a0 * p + a1 * q + a2 * r + a3 * s
        z1[t] = z1[t] + b0 * p + b1 * q + b2 * r + b3 * s


@compiled(inline=True)
def _one_by_four(
    z: np.ndarray, at: int, x: np.ndarray, begin: np.ndarray, w: np.ndarray, n: int
) -> None:
    """Add four taps to one row of z."""
    z0 = z[at : at + n]
    x0, x1 = x[begin[0] : begin[0] + n], x[begin[1] : begin[1] + n]
    x2, x3 = x[begin[2] : begin[2] + n], x[begin[3] : begin[3] + n]
    a0, a1, a2, a3 = w[0, 0], w[0, 1], w[0, 2], w[0, 3]
    for t in range(n):
        z0[t] = z0[t] + a0 * x0[t] + a1 * x1[t] + a2 * x2[t] + a3 * x3[t]


@compiled(inner=True)
def add_products(
    z: np.ndarray,
    at: int,
    row: int,
    rows: int,
    x: np.ndarray,
    begins: np.ndarray,
    w: np.ndarray,
    of_row: int,
    of_tap: np.ndarray,
    n: int,
) -> None:
    """Add Σ_k w[o, k] x[k, t] to z[o, t], in place.

    Parameters
    ----------
    z, at, row, rows
        Flat; the first of its ``rows`` rows begins at ``at``, the next ``row`` further.
    x, begins
        Flat; where the row of each tap k begins.
    w, of_row, of_tap
        Flat; the weight of row o and tap k is at ``o * of_row + of_tap[k]``.
    n
        Numbers in a row.
    """
    taps, four, begin = len(begins), np.empty((4, 4)), np.empty(4, np.int64)
    for start in range(0, n, NUMBERS):
        size = min(NUMBERS, n - start)
        many = max(4, TOGETHER // size // 4 * 4)
        for tap in range(0, taps, many):
            o = 0
            while o < rows:
                together = 4 if o + 4 <= rows else (2 if o + 2 <= rows else 1)
                to = at + o * row + start
                for k in range(tap, min(tap + many, taps), 4):
                    for j in range(4):
                        own = min(k + j, taps - 1)  # beyond the last, with weight zero
                        begin[j] = begins[own] + start
                        for i in range(together):
                            weight = w[(o + i) * of_row + of_tap[own]]
                            four[i, j] = weight if k + j < taps else 0.0
                    if together == 4:
                        _four_by_four(z, to, row, x, begin, four, size)
                    elif together == 2:
                        _two_by_four(z, to, row, x, begin, four, size)
                    else:
                        _one_by_four(z, to, x, begin, four, size)
                o += together


@compiled(reassociate=True, inner=True)
def inner_product(a: np.ndarray, b: np.ndarray) -> float:
    """Return Σ_t a[t] b[t]."""
    total = 0.0
    for t in range(len(a)):
        total += a[t] * b[t]
    return total


@compiled(reassociate=True, inline=True)
def _four_by_four_sums(
    g: np.ndarray, d: np.ndarray, at: int, row: int, x: np.ndarray, begin: np.ndarray, n: int
) -> None:
    """Set g to the inner products of four rows of d and four taps."""
    d0, d1 = d[at : at + n], d[at + row : at + row + n]
    d2, d3 = d[at + 2 * row : at + 2 * row + n], d[at + 3 * row : at + 3 * row + n]
    x0, x1 = x[begin[0] : begin[0] + n], x[begin[1] : begin[1] + n]
    x2, x3 = x[begin[2] : begin[2] + n], x[begin[3] : begin[3] + n]
    a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = 0.0
    e0 = e1 = e2 = e3 = f0 = f1 = f2 = f3 = 0.0
    for t in range(n):
        p, q, r, s = x0[t], x1[t], x2[t], x3[t]
        a0, a1, a2, a3 = a0 + d0[t] * p, a1 + d0[t] * q, a2 + d0[t] * r, a3 + d0[t] * s
        b0, b1, b2, b3 = b0 + d1[t] * p, b1 + d1[t] * q, b2 + d1[t] * r, b3 + d1[t] * s
        e0, e1, e2, e3 = e0 + d2[t] * p, e1 + d2[t] * q, e2 + d2[t] * r, e3 + d2[t] * s
        f0, f1, f2, f3 = f0 + d3[t] * p, f1 + d3[t] * q, f2 + d3[t] * r, f3 + d3[t] * s
    g[0, 0], g[0, 1], g[0, 2], g[0, 3] = a0, a1, a2, a3
    g[1, 0], g[1, 1], g[1, 2], g[1, 3] = b0, b1, b2, b3
    g[2, 0], g[2, 1], g[2, 2], g[2, 3] = e0, e1, e2, e3
    g[3, 0], g[3, 1], g[3, 2], g[3, 3] = f0, f1, f2, f3


@compiled(reassociate=True, inline=True)
def _two_by_four_sums(
    g: np.ndarray, d: np.ndarray, at: int, row: int, x: np.ndarray, begin: np.ndarray, n: int
) -> None:
    """Set g to the inner products of two rows of d and four taps."""
    d0, d1 = d[at : at + n], d[at + row : at + row + n]
    x0, x1 = x[begin[0] : begin[0] + n], x[begin[1] : begin[1] + n]
    x2, x3 = x[begin[2] : begin[2] + n], x[begin[3] : begin[3] + n]
    a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = 0.0
    for t in range(n):
        p, q, r, s = x0[t], x1[t], x2[t], x3[t]
        a0, a1, a2, a3 = a0 + d0[t] * p, a1 + d0[t] * q, a2 + d0[t] * r, a3 + d0[t] * s
        b0, b1, b2, b3 = b0 + d1[t] * p, b1 + d1[t] * q, b2 + d1[t] * r, b3 + d1[t] * s
    g[0, 0], g[0, 1], g[0, 2], g[0, 3] = a0, a1, a2, a3
    g[1, 0], g[1, 1], g[1, 2], g[1, 3] = b0, b1, b2, b3


@compiled(reassociate=True, inline=True)
def _one_by_four_sums(
    g: np.ndarray, d: np.ndarray, at: int, x: np.ndarray, begin: np.ndarray, n: int
) -> None:
    """Set g to the inner products of one row of d and four taps."""
    d0 = d[at : at + n]
    x0, x1 = x[begin[0] : begin[0] + n], x[begin[1] : begin[1] + n]
    x2, x3 = x[begin[2] : begin[2] + n], x[begin[3] : begin[3] + n]
    a0 = a1 = a2 = a3 = 0.0
    for t in range(n):
        a0, a1 = a0 + d0[t] * x0[t], a1 + d0[t] * x1[t]
        a2, a3 = a2 + d0[t] * x2[t], a3 + d0[t] * x3[t]
    g[0, 0], g[0, 1], g[0, 2], g[0, 3] = a0, a1, a2, a3


@compiled(inner=True)
def inner_products(
    d: np.ndarray,
    at: int,
    row: int,
    rows: int,
    x: np.ndarray,
    begins: np.ndarray,
    n: int,
    total: np.ndarray,
) -> float:
    """Add g[o, k] = Σ_t d[o, t] x[k, t] to ``total``, in place; return Σ g².

    Parameters
    ----------
    d, at, row, rows, x, begins, n
        As z and x of `add_products`.
    total
        Flat, row after row.
    """
    taps, square = len(begins), 0.0
    g, begin = np.empty((4, 4)), np.empty(4, np.int64)
    many = max(4, TOGETHER // n // 4 * 4)
    for tap in range(0, taps, many):
        o = 0
        while o < rows:
            together = 4 if o + 4 <= rows else (2 if o + 2 <= rows else 1)
            of = at + o * row
            for k in range(tap, min(tap + many, taps), 4):
                for j in range(4):
                    begin[j] = begins[min(k + j, taps - 1)]
                if together == 4:
                    _four_by_four_sums(g, d, of, row, x, begin, n)
                elif together == 2:
                    _two_by_four_sums(g, d, of, row, x, begin, n)
                else:
                    _one_by_four_sums(g, d, of, x, begin, n)
                for i in range(together):
                    for j in range(min(4, taps - k)):
                        square += g[i, j] ** 2
                        total[(o + i) * taps + k + j] += g[i, j]
            o += together
    return square


@compiled(inner=True)
def add_gram(gram: np.ndarray, a: np.ndarray, n: int) -> None:
    """Add Σ_i a[i, s] a[i, t] to ``gram`` [s, t] for t ≥ s, in place.

    Parameters
    ----------
    gram
        Flat, n · n. What is below the diagonal means nothing.
    a, n
        Flat, rows of n numbers.
    """
    rows = np.arange(len(a) // n) * n
    for s in range(0, n, GRAM_ROWS):
        together = min(GRAM_ROWS, n - s)
        begins = rows + s
        add_products(gram, s * n + s, n, together, a, begins, a[s:], 1, rows, n - s)
