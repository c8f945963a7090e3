"""Training samples of a block of replicas, and the held-out samples that they are measured on."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor

from thermophoresis.draws.streams import QUANTUM, Purpose, generator


class Distribution(Protocol):
    """A module of this package with a distribution of inputs; see `gaussian`."""

    SOURCE: str

    def fill(self, row: Tensor, stream: torch.Generator) -> None:
        """Fill a tensor with the next variates of a stream, in place."""


def _streams(seed: int, replicas: range, purpose: Purpose) -> list[torch.Generator]:
    return [generator(seed, replica, purpose) for replica in replicas]


def _round_up(samples: int) -> int:
    return -(-samples // QUANTUM) * QUANTUM


def _draw_inputs(
    kind: Distribution,
    streams: Sequence[torch.Generator],
    samples: int,
    inputs: int,
    dtype: torch.dtype,
) -> Tensor:
    drawn = torch.empty(len(streams), _round_up(samples) * inputs, dtype=dtype)
    for row, stream in zip(drawn.unbind(0), streams, strict=True):
        kind.fill(row, stream)
    return drawn.view(len(streams), -1, inputs)[:, :samples]


def draw_labels(
    streams: Sequence[torch.Generator], samples: int, classes: int, dtype: torch.dtype
) -> Tensor:
    """Draw labels 0 … classes − 1 with equal probabilities, shape (replica, sample)."""
    drawn = torch.empty(len(streams), samples, dtype=dtype)
    for row, stream in zip(drawn.unbind(0), streams, strict=True):
        row.random_(0, classes, generator=stream)
    return drawn


def probe_set(
    kind: Distribution, *, seed: int, replicas: range, samples: int, inputs: int, dtype: torch.dtype
) -> tuple[Tensor, Tensor]:
    """Draw held-out samples for each replica, from streams that training never touches.

    Returns
    -------
    x, y
        Inputs of shape (replica, sample, input) and labels 0/1 of shape (replica, sample).
    """
    x_streams = _streams(seed, replicas, Purpose.PROBE_INPUTS)
    y_streams = _streams(seed, replicas, Purpose.PROBE_LABELS)
    return (
        _draw_inputs(kind, x_streams, samples, inputs, dtype),
        draw_labels(y_streams, samples, 2, dtype),
    )


class _Order:
    """The order in which each replica draws from a finite set of samples."""

    def __init__(self, streams: Sequence[torch.Generator], size: int, replace: bool):
        self._streams, self._size, self._replace = streams, size, replace
        self._epochs = [torch.empty(0, dtype=torch.int64) for _ in streams]

    def take(self, samples: int) -> Tensor:
        """Return the indices of the next samples, (replica, sample)."""
        return torch.stack([self._next(lane, samples) for lane in range(len(self._streams))])

    def _next(self, lane: int, samples: int) -> Tensor:
        stream = self._streams[lane]
        if self._replace:
            return torch.empty(samples, dtype=torch.int64).random_(0, self._size, generator=stream)
        rest = self._epochs[lane]
        epochs = max(0, -(-(samples - len(rest)) // self._size))
        shuffled = (torch.randperm(self._size, generator=stream) for _ in range(epochs))
        indices = torch.cat([rest, *shuffled])
        self._epochs[lane] = indices[samples:]
        return indices[:samples]

    def state(self) -> dict[str, Tensor]:
        """Return what the order from here on depends on; see `Stream.state`."""
        # All lanes have drawn the same number of samples, so that equally many are left of each.
        return {"order": _state(self._streams), "order_rest": torch.stack(self._epochs)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        _restore(self._streams, state["order"])
        self._epochs = list(state["order_rest"].unbind(0))


def _state(streams: Sequence[torch.Generator]) -> Tensor:
    """Return the states of generators, (replica, byte)."""
    return torch.stack([stream.get_state() for stream in streams])


def _restore(streams: Sequence[torch.Generator], state: Tensor) -> None:
    for stream, own in zip(streams, state.unbind(0), strict=True):
        stream.set_state(own.clone())


class Stream(ABC):
    """The training samples of a range of replicas, in the order in which SGD consumes them.

    What kind of inputs they are is for a subclass to say; order and labels are the same for all.

    Parameters
    ----------
    seed
        Seed of the run.
    replicas
        Which replicas of the run.
    classes
        Number of classes: labels are 0 … classes − 1.
    label_dtype
        Type of the labels.
    labels
        "resampled": a new label, each class with the same probability, at every draw; "shuffled":
        one fixed random label for each sample of a finite training set; "true": those of the data.
    sampling
        "online": every sample is new; "with_replacement" and "without_replacement" (a new
        permutation for every epoch) draw from a finite training set.
    training_set_size
        Samples in the finite training set; None when online.

    Raises
    ------
    ValueError
        A finite training set has no size, or samples are online and have one.
    """

    # Memory of one sample of every replica.
    bytes_per_sample: int

    def __init__(
        self,
        *,
        seed: int,
        replicas: range,
        classes: int,
        label_dtype: torch.dtype,
        labels: str,
        sampling: str,
        training_set_size: int | None,
    ):
        if (sampling == "online") != (training_set_size is None):
            raise ValueError(f"{sampling} sampling from a training set of {training_set_size}")
        self._classes, self._label_dtype, self._labels = classes, label_dtype, labels
        self._label_streams = _streams(seed, replicas, Purpose.LABELS)
        self._order = None
        if training_set_size is not None:
            replace = sampling == "with_replacement"
            streams = _streams(seed, replicas, Purpose.ORDER)
            self._order = _Order(streams, training_set_size, replace)
            if labels == "shuffled":
                self._fixed_labels = self._random_labels(training_set_size)

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
            Inputs of shape (replica, sample, …) and labels of shape (replica, sample).

        Raises
        ------
        ValueError
            ``samples`` is no multiple of `QUANTUM`.
        """
        if samples % QUANTUM:
            raise ValueError(f"samples must be a multiple of {QUANTUM}, got {samples}")
        if self._order is None:
            return self._new_inputs(samples), self._random_labels(samples)
        order = self._order.take(samples)
        if self._labels == "resampled":
            labels = self._random_labels(samples)
        elif self._labels == "shuffled":
            labels = self._fixed_labels.gather(1, order)
        else:
            labels = self._true_labels(order)
        return self._inputs_at(order), labels

    def training_set(self) -> tuple[Tensor, Tensor]:
        """Return all samples of a finite training set whose labels stay.

        Returns
        -------
        x, y
            Inputs of shape (replica, sample, …) and labels of shape (replica, sample), in an order
            that no sampling changes. A leading axis of length 1 serves all replicas.

        Raises
        ------
        ValueError
            Samples are online, or labels are resampled.
        """
        if self._order is None or self._labels == "resampled":
            raise ValueError("there is no finite training set whose labels stay")
        x = self._whole_set()
        if self._labels == "shuffled":
            return x, self._fixed_labels
        return x, self._true_labels(torch.arange(x.shape[1])[None])

    def state(self) -> dict[str, Tensor]:
        """Return all that the samples to come depend on, beside what the constructor was given.

        Returns
        -------
        dict
            Tensors of bytes or integers whose first axis is the replica, by name.
        """
        state = {"labels": _state(self._label_streams)}
        return state if self._order is None else state | self._order.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state of a stream that was made with the same arguments."""
        _restore(self._label_streams, state["labels"])
        if self._order is not None:
            self._order.restore(state)

    def _random_labels(self, samples: int) -> Tensor:
        return draw_labels(self._label_streams, samples, self._classes, self._label_dtype)

    @abstractmethod
    def _inputs_at(self, order: Tensor) -> Tensor:
        """Return inputs of the training set by their indices (replica, sample)."""

    @abstractmethod
    def _whole_set(self) -> Tensor:
        """Return inputs of the training set, (replica, sample, …), or (1, …) if it is shared."""

    def _new_inputs(self, samples: int) -> Tensor:
        """Return inputs that have not been seen before; for online sampling alone."""
        raise NotImplementedError

    def _true_labels(self, order: Tensor) -> Tensor:
        """Return the data's own labels by their indices (replica, sample), if there are any."""
        raise NotImplementedError


class SampleStream(Stream):
    """Synthetic training samples: inputs from a distribution, labels 0 or 1 without relation to it.

    Parameters
    ----------
    kind
        Module with ``fill(row, stream)``, such as `thermophoresis.data.gaussian`.
    seed, replicas, labels, sampling, training_set_size
        As for `Stream`; labels are "resampled" or "shuffled".
    inputs
        Input dimension M.
    dtype
        Floating-point type of inputs and labels.
    """

    def __init__(
        self,
        kind: Distribution,
        *,
        seed: int,
        replicas: range,
        inputs: int,
        dtype: torch.dtype = torch.float32,
        labels: str = "resampled",
        sampling: str = "online",
        training_set_size: int | None = None,
    ):
        super().__init__(
            seed=seed,
            replicas=replicas,
            classes=2,
            label_dtype=dtype,
            labels=labels,
            sampling=sampling,
            training_set_size=training_set_size,
        )
        self._kind, self._inputs, self._dtype = kind, inputs, dtype
        self._input_streams = _streams(seed, replicas, Purpose.INPUTS)
        self.bytes_per_sample = len(replicas) * inputs * dtype.itemsize
        if training_set_size is not None:
            self._set = self._new_inputs(training_set_size)

    def state(self) -> dict[str, Tensor]:
        """Return all that the samples to come depend on; as `Stream.state`."""
        return super().state() | {"inputs": _state(self._input_streams)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        super().restore(state)
        _restore(self._input_streams, state["inputs"])

    def _new_inputs(self, samples: int) -> Tensor:
        return _draw_inputs(self._kind, self._input_streams, samples, self._inputs, self._dtype)

    def _inputs_at(self, order: Tensor) -> Tensor:
        return self._set.gather(1, order[:, :, None].expand(-1, -1, self._inputs))

    def _whole_set(self) -> Tensor:
        return self._set
