"""Batches of different sizes, cut from a stream that is drawn in whole quanta."""

from collections.abc import Mapping

import torch
from torch import Tensor

from thermophoresis.draws.streams import QUANTUM
from thermophoresis.simulations.blocks import Stream
from thermophoresis.simulations.state import named, part

# Samples are drawn about this many bytes at a time: enough to amortise the call for each replica,
# little enough for a checkpoint, which has them.
DRAW_BYTES = 2**20


class AnyLength:
    """A stream of which any number of samples may be taken; see `engine.Stream`.

    It gives the samples of the other one, each once and in their order: what is drawn and not yet
    taken is kept, also in its state.

    Parameters
    ----------
    stream
        Gives multiples of `QUANTUM` samples.
    """

    def __init__(self, stream: Stream):
        self._stream = stream
        self.bytes_per_sample = stream.bytes_per_sample
        self._rest: tuple[Tensor, Tensor] | None = None

    def take(self, samples: int) -> tuple[Tensor, Tensor]:
        """Draw the next samples of every replica: x (replica, sample, …), y (replica, sample)."""
        kept = 0 if self._rest is None else self._rest[1].shape[1]
        if kept < samples:
            wanted = max(samples - kept, DRAW_BYTES // self.bytes_per_sample)
            new = self._stream.take(-(-wanted // QUANTUM) * QUANTUM)
            old = self._rest
            self._rest = new if old is None else _joined(old, new)
        assert self._rest is not None
        x, y = self._rest
        self._rest = x[:, samples:], y[:, samples:]
        return x[:, :samples], y[:, :samples]

    def state(self) -> dict[str, Tensor]:
        """Return all that the samples to come depend on; as `blocks.Stream.state`."""
        rest = {} if self._rest is None else dict(zip("xy", self._rest, strict=True))
        return {**named("drawn", self._stream.state()), **named("rest", rest)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        self._stream.restore(part(state, "drawn"))
        rest = part(state, "rest")
        self._rest = (rest["x"].clone(), rest["y"].clone()) if rest else None


def _joined(old: tuple[Tensor, Tensor], new: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    return torch.cat([old[0], new[0]], dim=1), torch.cat([old[1], new[1]], dim=1)
