"""Streams of training samples: one independent random stream for every replica and purpose.

Random draws are treated as data. What a replica sees depends on its ``(seed, replica)`` alone: not
on how many replicas are trained beside it, on the learning rate or batch size, on the device, or on
whether anything is measured.
"""

from collections.abc import Sequence
from enum import IntEnum
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

# Numbers are drawn in multiples of this many samples: torch fills normal variates sixteen at a
# time, and only whole groups make the stream independent of how it is cut into blocks.
QUANTUM = 16


class Purpose(IntEnum):
    """What a stream is for; each purpose of each replica has a stream of its own."""

    INITIALISATION = 0
    INPUTS = 1
    LABELS = 2
    ORDER = 3
    PROBE_INPUTS = 4
    PROBE_LABELS = 5


def _state_template() -> np.ndarray:
    """State of torch's Mersenne Twister with all words used up and no cached normal variate."""
    state = torch.Generator().get_state().numpy().copy()
    state[8:16].view(np.int32)[:] = 1  # left = 1 (draw new words at once), seeded = 1
    state[16:24] = 0  # next
    state[24 + 624 * 8 :] = 0  # cached variates
    return state


_TEMPLATE = _state_template()


def generator(seed: int, replica: int, purpose: Purpose) -> torch.Generator:
    """Return the random stream of one replica for one purpose.

    The whole state of the Mersenne Twister comes from ``numpy.random.SeedSequence``, because
    ``torch.Generator.manual_seed`` keeps only 32 bits of a seed: among a few ten thousand streams
    two would probably be the same.

    Parameters
    ----------
    seed, replica
        Non-negative integers.
    purpose
        What the stream is for.
    """
    words = np.random.SeedSequence(seed, spawn_key=(replica, int(purpose))).generate_state(624)
    words[0] |= 0x80000000  # a state of all zeros would stay there for ever
    state = _TEMPLATE.copy()
    state[24 : 24 + 624 * 8].view(np.uint64)[:] = words
    stream = torch.Generator()
    stream.set_state(torch.from_numpy(state))
    return stream


def _round_up(samples: int) -> int:
    return -(-samples // QUANTUM) * QUANTUM


def _draw_inputs(
    kind: ModuleType, streams: Sequence[torch.Generator], samples: int, inputs: int, dtype
) -> Tensor:
    drawn = torch.empty(len(streams), _round_up(samples) * inputs, dtype=dtype)
    for row, stream in zip(drawn.unbind(0), streams, strict=True):
        kind.fill(row, stream)
    return drawn.view(len(streams), -1, inputs)[:, :samples]


def _draw_labels(streams: Sequence[torch.Generator], samples: int, dtype) -> Tensor:
    drawn = torch.empty(len(streams), samples, dtype=dtype)
    for row, stream in zip(drawn.unbind(0), streams, strict=True):
        row.random_(0, 2, generator=stream)
    return drawn


def probe_set(
    kind: ModuleType, *, seed: int, replicas: range, samples: int, inputs: int, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """Draw held-out samples for each replica, from streams that training never touches.

    Returns
    -------
    x, y
        Inputs of shape (replica, sample, input) and labels 0/1 of shape (replica, sample).
    """
    x_streams = [generator(seed, replica, Purpose.PROBE_INPUTS) for replica in replicas]
    y_streams = [generator(seed, replica, Purpose.PROBE_LABELS) for replica in replicas]
    return (
        _draw_inputs(kind, x_streams, samples, inputs, dtype),
        _draw_labels(y_streams, samples, dtype),
    )


class SampleStream:
    """The training samples of a range of replicas, in the order in which SGD consumes them.

    Parameters
    ----------
    kind
        Module with ``fill(row, stream)``, such as `thermophoresis.data.gaussian`.
    seed
        Seed of the run.
    replicas
        Which replicas of the run.
    inputs
        Input dimension M.
    dtype
        Floating-point type of inputs and labels.
    labels
        "resampled": a new label, 0 or 1 with probability ½, at every draw; "shuffled": one fixed
        random label for each sample of a finite training set.
    sampling
        "online": every sample is new; "with_replacement" and "without_replacement" (a new
        permutation for every epoch) draw from a finite training set.
    training_set_size
        Samples in the finite training set of each replica; None when online.
    """

    def __init__(
        self,
        kind: ModuleType,
        *,
        seed: int,
        replicas: range,
        inputs: int,
        dtype: torch.dtype = torch.float32,
        labels: str = "resampled",
        sampling: str = "online",
        training_set_size: int | None = None,
    ):
        def streams(purpose: Purpose) -> list[torch.Generator]:
            return [generator(seed, replica, purpose) for replica in replicas]

        self._kind, self._inputs, self._dtype = kind, inputs, dtype
        self._sampling, self._size = sampling, training_set_size
        self._input_streams = streams(Purpose.INPUTS)
        self._label_streams = streams(Purpose.LABELS)
        self._fixed_labels = None
        if sampling != "online":
            self._order_streams = streams(Purpose.ORDER)
            self._epochs = [torch.empty(0, dtype=torch.int64) for _ in replicas]
            self._set = _draw_inputs(kind, self._input_streams, training_set_size, inputs, dtype)
            if labels == "shuffled":
                self._fixed_labels = _draw_labels(self._label_streams, training_set_size, dtype)

    @property
    def bytes_per_sample(self) -> int:
        """Memory of one sample of every replica."""
        return len(self._input_streams) * self._inputs * self._dtype.itemsize

    def take(self, samples: int) -> tuple[Tensor, Tensor]:
        """Draw the next samples of every replica.

        Parameters
        ----------
        samples
            How many; a multiple of `QUANTUM`, so that cutting the stream differently changes
            nothing.

        Returns
        -------
        x, y
            Inputs of shape (replica, sample, input) and labels 0/1 of shape (replica, sample).

        Raises
        ------
        ValueError
            ``samples`` is no multiple of `QUANTUM`.
        """
        if samples % QUANTUM:
            raise ValueError(f"samples must be a multiple of {QUANTUM}, got {samples}")
        if self._sampling == "online":
            x = _draw_inputs(self._kind, self._input_streams, samples, self._inputs, self._dtype)
            return x, _draw_labels(self._label_streams, samples, self._dtype)
        order = torch.stack([self._next_indices(lane, samples) for lane in range(len(self._set))])
        x = self._set.gather(1, order[:, :, None].expand(-1, -1, self._inputs))
        if self._fixed_labels is None:
            return x, _draw_labels(self._label_streams, samples, self._dtype)
        return x, self._fixed_labels.gather(1, order)

    def _next_indices(self, lane: int, samples: int) -> Tensor:
        stream = self._order_streams[lane]
        if self._sampling == "with_replacement":
            return torch.empty(samples, dtype=torch.int64).random_(0, self._size, generator=stream)
        rest = self._epochs[lane]
        epochs = max(0, -(-(samples - len(rest)) // self._size))
        shuffled = (torch.randperm(self._size, generator=stream) for _ in range(epochs))
        indices = torch.cat([rest, *shuffled])
        self._epochs[lane] = indices[samples:]
        return indices[:samples]
