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
        if self._sampling == "with_replacement":
            return variates.integers(
                self._key, self._replicas, first, samples, self._size, dtype=torch.int64
            )
        period = self._batch_size if self._sampling == "fresh_subset" else self._size
        begin, end = first // period, -(-(first + samples) // period)
        if self._sampling == "fresh_subset":
            drawn = variates.subsets(
                self._key, self._replicas, begin, end - begin, self._size, period
            )
        elif self._sampling == "fixed_order":
            drawn = self._epochs(0, 1).expand(-1, end - begin, -1)
        else:
            drawn = self._epochs(begin, end)
        skipped = first - begin * period
        return drawn.flatten(1)[:, skipped : skipped + samples]

    def _epochs(self, begin: int, end: int) -> Tensor:
        """Return permutations (replica, epoch, sample) of some epochs."""
        if begin == end:
            return torch.empty(len(self._replicas), 0, self._size, dtype=torch.int64)
        known = [self._last[1]] if self._last and self._last[0] == begin else []
        begin += len(known)
        if begin < end:
            new = variates.permutations(self._key, self._replicas, begin, end - begin, self._size)
            known.append(new)
            self._last = end - 1, new[:, -1:].clone()
        return torch.cat(known, 1) if len(known) > 1 else known[0]
