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

from thermophoresis.draws.filling import (
    INTEGERS,
    NORMAL,
    UNIFORM,
    WORDS,
    fill_lanes,
    fill_rows,
    fill_subsets,
)

# Two words that stand for seed and purpose; see `streams.key`.
Key: TypeAlias = tuple[int, int]


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
    fill_subsets(out, *words, np.uint64(first), np.uint32(replicas.start), np.uint64(size))
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
        fill = fill_lanes if replica_last else fill_rows
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
