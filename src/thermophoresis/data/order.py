"""The order in which each replica draws from a finite set of samples."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


def state_of(streams: Sequence[torch.Generator]) -> Tensor:
    """Return the states of generators, (replica, byte)."""
    return torch.stack([stream.get_state() for stream in streams])


def restore_to(streams: Sequence[torch.Generator], state: Tensor) -> None:
    """Bring generators back to states that `state_of` has returned."""
    for stream, own in zip(streams, state.unbind(0), strict=True):
        stream.set_state(own.clone())


class Order:
    """The order in which each replica draws from a finite set of samples.

    Parameters
    ----------
    streams
        A random stream for each replica.
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
        streams: Sequence[torch.Generator],
        size: int,
        sampling: str,
        batch_size: int | None = None,
    ):
        if sampling == "fresh_subset" and not 1 <= (batch_size or 0) <= size:
            raise ValueError(f"fresh subsets of {batch_size} samples from {size}")
        self._streams, self._size, self._sampling = streams, size, sampling
        # Samples after which another permutation or subset begins.
        self._period = batch_size if batch_size and sampling == "fresh_subset" else size
        self._epochs = [torch.empty(0, dtype=torch.int64) for _ in streams]
        self._fixed = None
        if sampling == "fixed_order":
            self._fixed = [torch.randperm(size, generator=stream) for stream in streams]

    def take(self, samples: int) -> Tensor:
        """Return the indices of the next samples, (replica, sample)."""
        return torch.stack([self._next(lane, samples) for lane in range(len(self._streams))])

    def _next(self, lane: int, samples: int) -> Tensor:
        if self._sampling == "with_replacement":
            stream = self._streams[lane]
            return torch.empty(samples, dtype=torch.int64).random_(0, self._size, generator=stream)
        rest = self._epochs[lane]
        epochs = max(0, -(-(samples - len(rest)) // self._period))
        indices = torch.cat([rest, *(self._period_of(lane) for _ in range(epochs))])
        self._epochs[lane] = indices[samples:]
        return indices[:samples]

    def _period_of(self, lane: int) -> Tensor:
        """Return the indices of the next epoch, or of the next fresh subset."""
        if self._fixed is not None:
            return self._fixed[lane]
        if self._sampling == "fresh_subset":
            return _subset(self._size, self._period, self._streams[lane])
        return torch.randperm(self._size, generator=self._streams[lane])

    def state(self) -> dict[str, Tensor]:
        """Return what the order from here on depends on; see `samples.Stream.state`."""
        # All lanes have drawn the same number of samples, so that equally many are left of each.
        return {"order": state_of(self._streams), "order_rest": torch.stack(self._epochs)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        restore_to(self._streams, state["order"])
        self._epochs = list(state["order_rest"].unbind(0))


def _subset(size: int, wanted: int, stream: torch.Generator) -> Tensor:
    """Return a uniformly distributed ordered subset of 0 … size − 1.

    Independent draws, less those that repeat an earlier one, are equally likely in every order.
    They cost less than a permutation of everything, unless most of it is wanted.
    """
    if 2 * wanted > size:
        return torch.randperm(size, generator=stream)[:wanted]
    distinct: dict[int, None] = {}
    while len(distinct) < wanted:
        drawn = torch.empty(wanted, dtype=torch.int64).random_(0, size, generator=stream)
        distinct |= dict.fromkeys(drawn.tolist())
    return torch.tensor(list(distinct)[:wanted])
