"""Where the variates of samples come from: counted ones in training, streams for probes."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from thermophoresis.draws import variates
from thermophoresis.draws.variates import Key


class Drawing(Protocol):
    """Variates of some samples of a range of replicas, for one purpose.

    A purpose has one sort of variates: two of them are not independent.
    """

    def normal(self, size: int, dtype: torch.dtype) -> Tensor:
        """Return standard normal vectors, (replica, sample, component)."""

    def uniform(self, size: int, dtype: torch.dtype) -> Tensor:
        """Return vectors that are uniform on [0, 1), (replica, sample, component)."""

    def integers(self, high: int, dtype: torch.dtype) -> Tensor:
        """Return integers 0 … high − 1, (replica, sample)."""

    def chances(self) -> Tensor:
        """Return numbers that are uniform between 0 and 1, (replica, sample), float64."""


class Layout(NamedTuple):
    """Where samples are, and in which order of memory.

    Attributes
    ----------
    device
        Where they are drawn.
    replica_last
        Whether the replica comes last in memory, for steps that replicas make side by side. The
        order of axes is the same.
    """

    device: torch.device | str = "cpu"
    replica_last: bool = False

    def of(self, values: Tensor) -> Tensor:
        """Return values (replica, sample, …) in this order of memory, on the device."""
        values = values.to(self.device)
        if not self.replica_last:
            return values.contiguous()
        return values.movedim(0, -1).contiguous().movedim(-1, 0)


class Counted(NamedTuple):
    """Variates that are functions of the number of the sample; see `draws.variates`.

    Attributes
    ----------
    key
        Of seed and purpose.
    replicas
        Whose they are.
    first, samples
        Number of the first sample, and how many.
    layout
        Where they are drawn.
    """

    key: Key
    replicas: range
    first: int
    samples: int
    layout: Layout = Layout()

    def normal(self, size: int, dtype: torch.dtype) -> Tensor:
        """Return standard normal vectors, (replica, sample, component)."""
        return variates.normal(*self[:4], size, dtype=dtype, **self.layout._asdict())

    def uniform(self, size: int, dtype: torch.dtype) -> Tensor:
        """Return vectors that are uniform on [0, 1), (replica, sample, component)."""
        return variates.uniform(*self[:4], size, dtype=dtype, **self.layout._asdict())

    def integers(self, high: int, dtype: torch.dtype) -> Tensor:
        """Return integers 0 … high − 1, (replica, sample)."""
        return variates.integers(*self[:4], high, dtype=dtype, **self.layout._asdict())

    def chances(self) -> Tensor:
        """Return numbers that are uniform on (0, 1), (replica, sample), float64."""
        return variates.chances(*self[:4], **self.layout._asdict())


class Streamed(NamedTuple):
    """Variates from torch's generators, for what is drawn once; fewer are the first of more.

    Attributes
    ----------
    streams
        A generator for each replica.
    samples
        How many.
    """

    streams: Sequence[torch.Generator]
    samples: int

    def normal(self, size: int, dtype: torch.dtype) -> Tensor:
        """Return standard normal vectors, (replica, sample, component)."""
        return self._filled(size, dtype, Tensor.normal_)

    def uniform(self, size: int, dtype: torch.dtype) -> Tensor:
        """Return vectors that are uniform on [0, 1), (replica, sample, component)."""
        return self._filled(size, dtype, Tensor.uniform_)

    def integers(self, high: int, dtype: torch.dtype) -> Tensor:
        """Return integers 0 … high − 1, (replica, sample)."""
        drawn = torch.empty(len(self.streams), self.samples, dtype=dtype)
        for row, stream in zip(drawn.unbind(0), self.streams, strict=True):
            row.random_(0, high, generator=stream)
        return drawn

    def chances(self) -> Tensor:
        """Return numbers that are uniform on [0, 1), (replica, sample), float64."""
        return self.uniform(1, torch.float64)[..., 0]

    def _filled(self, size: int, dtype: torch.dtype, fill: Callable[..., Tensor]) -> Tensor:
        # torch fills normal variates sixteen at a time, and a last group that is no whole one
        # otherwise.
        whole = -(-self.samples // 16) * 16
        drawn = torch.empty(len(self.streams), whole, size, dtype=dtype)
        for row, stream in zip(drawn.unbind(0), self.streams, strict=True):
            fill(row, generator=stream)
        return drawn[:, : self.samples]
