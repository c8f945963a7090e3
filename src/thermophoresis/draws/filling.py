"""Loops that fill arrays with `variates`, in vector registers.

Arguments are words of the key, numbers of the first sample and replica, the kind of variates and,
for integers, the first number that is none of them.
"""

import numpy as np

from thermophoresis.draws import box_muller
from thermophoresis.draws.philox import philox
from thermophoresis.numerics.compiled import compiled

# What becomes of words.
WORDS, UNIFORM, NORMAL, INTEGERS = range(4)

# Numbers of single precision in the widest vector register.
LANES = 16
# Counters of one replica at a time, whole registers: what is made of them stays in the cache.
CHUNK = 256

_FLOAT32 = np.dtype(np.float32)
_FLOAT64, _UINT32 = np.dtype(np.float64), np.dtype(np.uint32)
_HALF, _BYTE = np.uint64(32), np.uint32(8)


@compiled()
def fill_lanes(
    out: np.ndarray,
    k0: np.uint32,
    k1: np.uint32,
    first: np.uint64,
    replica: np.uint32,
    kind: int,
    high: np.uint64,
) -> None:
    """Fill (sample, component, replica), vectorised over replicas."""
    # Of a known kind, one that there is of the type, loops have no branches.
    if out.dtype == _UINT32:
        _lanes(out, k0, k1, first, replica, WORDS, high)
    elif kind == INTEGERS:
        _lanes(out, k0, k1, first, replica, INTEGERS, high)
    elif out.dtype == _FLOAT32 or out.dtype == _FLOAT64:
        if kind == NORMAL:
            _lanes(out, k0, k1, first, replica, NORMAL, high)
        else:
            _lanes(out, k0, k1, first, replica, UNIFORM, high)


@compiled()
def fill_rows(
    out: np.ndarray,
    k0: np.uint32,
    k1: np.uint32,
    first: np.uint64,
    replica: np.uint32,
    kind: int,
    high: np.uint64,
) -> None:
    """Fill (replica, sample, component), vectorised over the blocks of words of one replica."""
    if out.dtype == _UINT32:
        _rows(out, k0, k1, first, replica, WORDS, high)
    elif kind == INTEGERS:
        _rows(out, k0, k1, first, replica, INTEGERS, high)
    elif out.dtype == _FLOAT32 or out.dtype == _FLOAT64:
        if kind == NORMAL:
            _rows(out, k0, k1, first, replica, NORMAL, high)
        else:
            _rows(out, k0, k1, first, replica, UNIFORM, high)


@compiled(inline=True)
def _lanes(out, k0, k1, first, replica, kind, high):  # type: ignore[no-untyped-def]
    samples, size, replicas = out.shape
    # Rows of a last block that has components too many; they must not be the same.
    spare = np.empty((3, replicas), out.dtype)
    # The replicas that fill no register have one of their own: one by one they would take longer.
    whole = replicas - replicas % LANES
    rest = np.empty((4, LANES), out.dtype)
    for sample in range(samples):
        k = np.uint64(first + np.uint64(sample))
        c1, c2 = np.uint32(k), np.uint32(k >> _HALF)
        for at in range(0, size, 4):
            c0 = np.uint32(at >> 2)
            z0 = out[sample, at]
            z1 = out[sample, at + 1] if at + 1 < size else spare[0]
            z2 = out[sample, at + 2] if at + 2 < size else spare[1]
            z3 = out[sample, at + 3] if at + 3 < size else spare[2]
            for i in range(whole):
                c3 = np.uint32(replica + np.uint32(i))
                a, b, c, d = philox(c0, c1, c2, c3, k0, k1)
                _put(z0, z1, i, a, b, kind, high)
                _put(z2, z3, i, c, d, kind, high)
            if whole < replicas:
                for i in range(LANES):
                    c3 = np.uint32(replica + np.uint32(whole + i))
                    a, b, c, d = philox(c0, c1, c2, c3, k0, k1)
                    _put(rest[0], rest[1], i, a, b, kind, high)
                    _put(rest[2], rest[3], i, c, d, kind, high)
                for i in range(replicas - whole):
                    z0[whole + i], z1[whole + i] = rest[0, i], rest[1, i]
                    z2[whole + i], z3[whole + i] = rest[2, i], rest[3, i]


@compiled(inline=True)
def _rows(out, k0, k1, first, replica, kind, high):  # type: ignore[no-untyped-def]
    replicas, samples, size = out.shape
    flat, place = out.reshape(out.size), 0
    z0, z1 = np.empty(CHUNK, out.dtype), np.empty(CHUNK, out.dtype)
    z2, z3 = np.empty(CHUNK, out.dtype), np.empty(CHUNK, out.dtype)
    drawn = np.empty(4 * CHUNK, out.dtype)
    blocks = (size + 3) >> 2
    # Whole vectors at a time, or parts of one.
    several, part = max(1, CHUNK // blocks), min(blocks, CHUNK)
    # Multiplied by this and shifted, what is less than CHUNK is divided by blocks.
    inverse = np.uint64((2**32 + blocks - 1) // blocks if blocks <= CHUNK else 0)
    for r in range(replicas):
        c3 = np.uint32(replica + np.uint32(r))
        for sample in range(0, samples, several):
            k = np.uint64(first + np.uint64(sample))
            vectors = min(several, samples - sample)
            for block in range(0, blocks, part):
                count = vectors * min(part, blocks - block)
                for i in range((count + LANES - 1) // LANES * LANES):
                    n = np.uint64(block + i)
                    further = (n * inverse) >> _HALF
                    c0, c1 = np.uint32(n - further * np.uint64(blocks)), k + further
                    a, b, c, d = philox(c0, np.uint32(c1), np.uint32(c1 >> _HALF), c3, k0, k1)
                    _put(z0, z1, i, a, b, kind, high)
                    _put(z2, z3, i, c, d, kind, high)
                if size % 4 == 0:
                    _interleave(z0, z1, z2, z3, flat[place:], count)
                    place += 4 * count
                else:
                    _interleave(z0, z1, z2, z3, drawn, count)
                    width = min(4 * part, size - 4 * block)
                    _without_rest(drawn, flat, place, width, vectors)
                    place += vectors * width


@compiled(inline=True)
def _interleave(z0, z1, z2, z3, target, count):  # type: ignore[no-untyped-def]
    for i in range(count):
        target[4 * i], target[4 * i + 1] = z0[i], z1[i]
        target[4 * i + 2], target[4 * i + 3] = z2[i], z3[i]


@compiled(inline=True)
def _without_rest(drawn, flat, place, width, vectors):  # type: ignore[no-untyped-def]
    """Put vectors one after the other, less what their last blocks have too many."""
    # Unsigned: numba looks whether any other index counts from the end.
    at, to, four = np.uint64(0), np.uint64(place), np.uint64(4)
    rest = np.uint64(width & 3)
    for _ in range(vectors):
        for _ in range(width >> 2):
            for m in range(np.uint64(4)):
                flat[to + m] = drawn[at + m]
            to, at = to + four, at + four
        for m in range(rest):
            flat[to + m] = drawn[at + m]
        to = to + rest
        if rest:
            at = at + four


@compiled(inline=True)
def _put(x, y, i, a, b, kind, high):  # type: ignore[no-untyped-def]
    """Put what becomes of two words at place i of two arrays."""
    if kind == NORMAL:
        if x.dtype == _FLOAT32:
            x[i], y[i] = box_muller.single(a, b)
        else:
            x[i], y[i] = box_muller.double(a, b)
    elif kind == UNIFORM:
        if x.dtype == _FLOAT32:
            x[i] = np.float32(a >> _BYTE) * np.float32(2**-24)
            y[i] = np.float32(b >> _BYTE) * np.float32(2**-24)
        else:
            x[i], y[i] = (a + 0.5) * 2**-32, (b + 0.5) * 2**-32
    elif kind == INTEGERS:
        x[i] = np.uint32((np.uint64(a) * high) >> _HALF)
        y[i] = np.uint32((np.uint64(b) * high) >> _HALF)
    else:
        x[i], y[i] = a, b


@compiled()
def fill_subsets(
    out: np.ndarray,
    k0: np.uint32,
    k1: np.uint32,
    first: np.uint64,
    replica: np.uint32,
    size: np.uint64,
) -> None:
    """Fill (replica, sample, index) with numbers below size, distinct in each row."""
    replicas, samples, wanted = out.shape
    # When each number was seen last.
    seen, row = np.zeros(size, np.int64), 0
    for r in range(replicas):
        c3 = np.uint32(replica + np.uint32(r))
        for sample in range(samples):
            k = np.uint64(first + np.uint64(sample))
            row, found, block = row + 1, 0, 0
            while found < wanted:
                c0, c1, c2 = np.uint32(block), np.uint32(k), np.uint32(k >> _HALF)
                block += 1
                for word in philox(c0, c1, c2, c3, k0, k1):
                    drawn = (np.uint64(word) * size) >> _HALF
                    if found < wanted and seen[drawn] != row:
                        seen[drawn] = row
                        out[r, sample, found] = np.int64(drawn)
                        found += 1
