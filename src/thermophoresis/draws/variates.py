"""Random variates as functions of seed, purpose, replica and number of the sample.

What a replica draws for its sample k under a key (`streams.key`) are words of Philox4x32-10:

- for vectors, words 4j … 4j + 3 are those of counter (j, k mod 2³², ⌊k/2³²⌋, replica);
- for single numbers, those of samples 4m … 4m + 3 are the four words of counter
  (0, m mod 2³², ⌊m/2³²⌋, replica).

Uniform variates are ⌊w/2⁸⌋·2⁻²⁴ in single and (w + ½)·2⁻³² in double precision, normal ones those
of words 2m and 2m + 1 by `box_muller`, integers below n are ⌊w n/2³²⌋. No bit of them depends on
how many others are drawn beside them or in which order, or how they are laid out in memory. Another
device may round normal variates otherwise.
"""

import importlib
from types import ModuleType
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from thermophoresis.draws import box_muller
from thermophoresis.draws.philox import philox
from thermophoresis.numerics.compiled import compiled

# Two words that stand for seed and purpose; see `streams.key`.
Key: TypeAlias = tuple[int, int]

# What becomes of words.
WORDS, UNIFORM, NORMAL, INTEGERS = range(4)

# Counters at a time: what is made of their words stays in the first-level cache. A whole number of
# vector registers, as `LANES` is.
CHUNK = 256
LANES = 16

_FLOAT32 = np.dtype(np.float32)
_HALF, _BYTE = np.uint64(32), np.uint32(8)


def normal(
    key: Key,
    replicas: range,
    first: int,
    samples: int,
    size: int,
    *,
    dtype: torch.dtype,
    device: torch.device | str = "cpu",
    replica_last: bool = False,
) -> Tensor:
    """Draw vectors of independent standard normal variates.

    Parameters
    ----------
    key
        Of seed and purpose.
    replicas
        Whose they are.
    first, samples
        Number of the first sample, below 2⁶⁴, and how many.
    size
        Components of a vector.
    dtype
        float32 or float64; both see the same vectors, to rounding.
    device
        Where they are drawn.
    replica_last
        Whether the replica comes last in memory; the order of axes is the same.

    Returns
    -------
    Tensor
        Shape (replica, sample, component).
    """
    return _drawn(NORMAL, 0, key, replicas, (first, samples, size), dtype, device, replica_last)


def uniform(
    key: Key,
    replicas: range,
    first: int,
    samples: int,
    size: int,
    *,
    dtype: torch.dtype,
    device: torch.device | str = "cpu",
    replica_last: bool = False,
) -> Tensor:
    """Draw vectors of independent variates, uniform on [0, 1); arguments as of `normal`."""
    return _drawn(UNIFORM, 0, key, replicas, (first, samples, size), dtype, device, replica_last)


def integers(
    key: Key,
    replicas: range,
    first: int,
    samples: int,
    high: int,
    *,
    dtype: torch.dtype,
    device: torch.device | str = "cpu",
    replica_last: bool = False,
) -> Tensor:
    """Draw integers 0 … high − 1, one for each sample.

    Parameters
    ----------
    high
        At most 2³²; probabilities differ by less than 2⁻³².
    key, replicas, first, samples, dtype, device, replica_last
        As for `normal`; the type can be that of integers.

    Returns
    -------
    Tensor
        Shape (replica, sample).
    """
    return _scalars(INTEGERS, high, key, replicas, (first, samples), dtype, device, replica_last)


def chances(
    key: Key,
    replicas: range,
    first: int,
    samples: int,
    *,
    device: torch.device | str = "cpu",
    replica_last: bool = False,
) -> Tensor:
    """Draw numbers that are uniform on (0, 1), one for each sample; arguments as of `normal`.

    Returns
    -------
    Tensor
        Shape (replica, sample), float64.
    """
    cut = (first, samples)
    return _scalars(UNIFORM, 0, key, replicas, cut, torch.float64, device, replica_last)


def permutations(key: Key, replicas: range, first: int, samples: int, size: int) -> Tensor:
    """Draw permutations of 0 … size − 1, each with the same probability.

    That of sample k sorts indices by 64 bits, words 2i (lower) and 2i + 1 of the vector of sample
    k, of which i itself takes the place of the lowest: no two are equal.

    Parameters
    ----------
    key, replicas, first, samples
        As for `normal`.
    size
        At most 2³¹.

    Returns
    -------
    Tensor
        Shape (replica, sample, index), int64.
    """
    shape = (first, samples, 2 * size)
    words = _drawn(WORDS, 0, key, replicas, shape, torch.uint32, "cpu", False)
    bits = words.numpy().view("<u8")
    index = np.uint64(2 ** max(size - 1, 1).bit_length() - 1)
    bits &= ~index
    bits |= np.arange(size, dtype=np.uint64)
    bits.sort(axis=-1)
    bits &= index
    return torch.from_numpy(bits.view(np.int64))


def subsets(key: Key, replicas: range, first: int, samples: int, size: int, wanted: int) -> Tensor:
    """Draw ordered subsets of 0 … size − 1, each with the same probability.

    That of sample k has the first distinct numbers of ⌊w size/2³²⌋ for the words w of its vector:
    less those that repeat an earlier one, independent draws are equally likely in every order.
    Where more than half are wanted, it is the beginning of a permutation, which costs less.

    Parameters
    ----------
    key, replicas, first, samples, size
        As for `permutations`.
    wanted
        Numbers in a subset.

    Returns
    -------
    Tensor
        Shape (replica, sample, index), int64.
    """
    if 2 * wanted > size:
        return permutations(key, replicas, first, samples, size)[..., :wanted]
    out = np.empty((len(replicas), samples, wanted), np.int64)
    words = (np.uint32(key[0]), np.uint32(key[1]))
    _fill_subsets(out, *words, np.uint64(first), np.uint32(replicas.start), np.uint64(size))
    return torch.from_numpy(out)


def _scalars(
    kind: int,
    high: int,
    key: Key,
    replicas: range,
    cut: tuple[int, int],
    dtype: torch.dtype,
    device: torch.device | str,
    replica_last: bool,
) -> Tensor:
    """Return one variate for each sample: what vectors of four have, one after the other."""
    first, samples = cut
    begin, skipped = divmod(first, 4)
    blocks = -(-(skipped + samples) // 4)
    shape = (begin, blocks, 4)
    drawn = _drawn(kind, high, key, replicas, shape, dtype, device, replica_last).flatten(1, 2)
    return drawn[:, skipped : skipped + samples]


def _drawn(
    kind: int,
    high: int,
    key: Key,
    replicas: range,
    cut: tuple[int, int, int],
    dtype: torch.dtype,
    device: torch.device | str,
    replica_last: bool,
) -> Tensor:
    """Return variates of a kind, (replica, sample, component)."""
    first, samples, size = cut
    shape = (samples, size, len(replicas)) if replica_last else (len(replicas), samples, size)
    out = torch.empty(shape, dtype=dtype, device=device)
    if out.device.type == "cpu":
        fill = _fill_lanes if replica_last else _fill_rows
        words = (np.uint32(key[0]), np.uint32(key[1]))
        begin, replica = np.uint64(first), np.uint32(replicas.start)
        fill(out.numpy(), *words, begin, replica, kind, np.uint64(high))
    else:
        _on_gpu().fill(out, kind, high, key, first, replicas.start, replica_last=replica_last)
    return out.permute(2, 0, 1) if replica_last else out


def _on_gpu() -> ModuleType:
    """Return what draws the same on a GPU; it is found by name, for the jobs that have one.

    Its ``fill(out, kind, high, key, first, replica, *, replica_last)`` fills an array of shape
    (sample, component, replica) if the replica comes last, else (replica, sample, component).
    """
    return importlib.import_module("thermophoresis.draws.on_gpu")


@compiled()
def _fill_lanes(
    out: np.ndarray,
    k0: np.uint32,
    k1: np.uint32,
    first: np.uint64,
    replica: np.uint32,
    kind: int,
    high: np.uint64,
) -> None:
    """Fill (sample, component, replica), vectorised over replicas."""
    # Of a known kind the loops have no branches.
    if kind == NORMAL:
        _lanes(out, k0, k1, first, replica, NORMAL, high)
    elif kind == UNIFORM:
        _lanes(out, k0, k1, first, replica, UNIFORM, high)
    elif kind == INTEGERS:
        _lanes(out, k0, k1, first, replica, INTEGERS, high)
    else:
        _lanes(out, k0, k1, first, replica, WORDS, high)


@compiled()
def _fill_rows(
    out: np.ndarray,
    k0: np.uint32,
    k1: np.uint32,
    first: np.uint64,
    replica: np.uint32,
    kind: int,
    high: np.uint64,
) -> None:
    """Fill (replica, sample, component), vectorised over the blocks of words of one replica."""
    if kind == NORMAL:
        _rows(out, k0, k1, first, replica, NORMAL, high)
    elif kind == UNIFORM:
        _rows(out, k0, k1, first, replica, UNIFORM, high)
    elif kind == INTEGERS:
        _rows(out, k0, k1, first, replica, INTEGERS, high)
    else:
        _rows(out, k0, k1, first, replica, WORDS, high)


@compiled(inline=True)
def _lanes(out, k0, k1, first, replica, kind, high):  # type: ignore[no-untyped-def]
    samples, size, replicas = out.shape
    spare = np.empty((3, replicas), out.dtype)
    for sample in range(samples):
        k = np.uint64(first + np.uint64(sample))
        c1, c2 = np.uint32(k), np.uint32(k >> _HALF)
        for at in range(0, size, 4):
            c0 = np.uint32(at >> 2)
            z0 = out[sample, at]
            z1 = out[sample, at + 1] if at + 1 < size else spare[0]
            z2 = out[sample, at + 2] if at + 2 < size else spare[1]
            z3 = out[sample, at + 3] if at + 3 < size else spare[2]
            for i in range(replicas):
                c3 = np.uint32(replica + np.uint32(i))
                a, b, c, d = philox(c0, c1, c2, c3, k0, k1)
                _put(z0, z1, i, a, b, kind, high)
                _put(z2, z3, i, c, d, kind, high)


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
def _fill_subsets(
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
