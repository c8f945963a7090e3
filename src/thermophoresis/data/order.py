"""The order in which each replica draws from a finite set of samples."""

import torch
from torch import Tensor

from thermophoresis.draws import variates
from thermophoresis.draws.variates import Key


class Order:
    """The order in which each replica draws from a finite set of samples.

    It is a function of the number of the sample. Nothing is kept but the permutation of the epoch
    that was drawn last, which would take longer to draw again.

    Parameters
    ----------
    key
        Of seed and purpose; see `streams.key`.
    replicas
        Whose it is.
    size
        Samples in the set.
    sampling
        "with_replacement": each draw is one of all; "without_replacement": a new permutation for
        every epoch; "fixed_order": the first of these in every epoch; "fresh_subset": for every
        batch a new subset, each of its size with the same probability, in random order.
    batch_size
        Samples in a batch, for fresh subsets.

    Raises
    ------
    ValueError
        Fresh subsets have no size, or more samples than there are.
    """

    def __init__(
        self,
        key: Key,
        replicas: range,
        size: int,
        sampling: str,
        batch_size: int | None = None,
    ):
        if sampling == "fresh_subset" and not 1 <= (batch_size or 0) <= size:
            raise ValueError(f"fresh subsets of {batch_size} samples from {size}")
        self._key, self._replicas, self._size, self._sampling = key, replicas, size, sampling
        self._batch_size = batch_size or 0
        self._last: tuple[int, Tensor] | None = None

    def take(self, first: int, samples: int) -> Tensor:
        """Return indices of samples, (replica, sample), from the number of the first on."""
        if not samples:
            return torch.empty(len(self._replicas), 0, dtype=torch.int64)
        if self._sampling == "with_replacement":
            return variates.integers(
                self._key, self._replicas, first, samples, self._size, dtype=torch.int64
            )
        if self._sampling == "fresh_subset":
            begin, end, skipped = _periods(first, samples, self._batch_size)
            drawn = variates.subsets(
                self._key, self._replicas, begin, end - begin, self._size, self._batch_size
            )
            return drawn.flatten(1)[:, skipped : skipped + samples]
        begin, end, skipped = _periods(first, samples, self._size)
        if self._sampling == "fixed_order":
            fixed = [self._epochs(0, 1)] * (end - begin)
            return _joined(fixed, skipped, samples)
        # What is left of the epoch that is known, and those after it.
        parts = [self._epochs(begin, begin + 1)]
        if begin + 1 < end:
            parts.append(self._epochs(begin + 1, end))
        return _joined(parts, skipped, samples)

    def _epochs(self, begin: int, end: int) -> Tensor:
        """Return permutations of some epochs, one after the other, (replica, index)."""
        if self._last and self._last[0] == begin == end - 1:
            return self._last[1]
        drawn = variates.permutations(self._key, self._replicas, begin, end - begin, self._size)
        # Of several, the last is copied: a part of an array keeps all of it.
        last = drawn[:, 0] if end - begin == 1 else drawn[:, -1].clone()
        self._last = end - 1, last
        return drawn.flatten(1)


def _periods(first: int, samples: int, period: int) -> tuple[int, int, int]:
    """Return the first period of samples, the one after their last, and where they begin in it."""
    begin, skipped = divmod(first, period)
    return begin, -(-(first + samples) // period), skipped


def _joined(parts: list[Tensor], skipped: int, samples: int) -> Tensor:
    """Return some of the numbers (replica, index) that parts have one after the other."""
    found = []
    for part in parts:
        found.append(part[:, skipped : skipped + samples])
        samples -= found[-1].shape[1]
        skipped = max(0, skipped - part.shape[1])
    return torch.cat(found, 1) if len(found) > 1 else found[0]
