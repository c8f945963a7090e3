"""Training samples of a block of replicas, and the held-out samples that they are measured on."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from thermophoresis.data.labels import Labels, draw_labels, streams_of
from thermophoresis.data.order import Order, restore_to, state_of
from thermophoresis.draws.streams import QUANTUM, Purpose


class Distribution(Protocol):
    """A distribution of inputs: a module of this package, see `uniform`, or what one makes."""

    SOURCE: str

    def fill(self, row: Tensor, stream: torch.Generator) -> None:
        """Fill a tensor with the next variates of a stream, in place."""


@runtime_checkable
class Labelled(Distribution, Protocol):
    """A distribution of inputs with labels; see `teacher`.

    Attributes
    ----------
    PURPOSE
        Of the stream that each replica has for what else is random.
    """

    PURPOSE: str

    def label(self, x: Tensor, streams: Sequence[torch.Generator]) -> Tensor:
        """Return labels (replica, sample), float64, of inputs that may be completed in place.

        No bit of a sample depends on how many others there are.
        """


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


def _draw(
    kind: Distribution,
    inputs: Sequence[torch.Generator],
    own: Sequence[torch.Generator],
    samples: int,
    size: int,
    dtype: torch.dtype,
) -> tuple[Tensor, Tensor | None]:
    """Draw inputs of some size and their own labels, if they have any."""
    if not isinstance(kind, Labelled):
        return _draw_inputs(kind, inputs, samples, size, dtype), None
    x = _draw_inputs(kind, inputs, _round_up(samples), size, dtype)
    y = kind.label(x, own).to(dtype)
    return x[:, :samples], y[:, :samples]


def _own_streams(
    kind: Distribution, seed: int, replicas: range, word: str = ""
) -> list[torch.Generator]:
    return streams_of(seed, replicas, kind.PURPOSE + word) if isinstance(kind, Labelled) else []


def probe_set(
    kind: Distribution,
    *,
    seed: int,
    replicas: range,
    samples: int,
    inputs: int,
    dtype: torch.dtype,
    own_labels: bool = False,
) -> tuple[Tensor, Tensor]:
    """Draw held-out samples for each replica, from streams that training never touches.

    Parameters
    ----------
    kind
        Their distribution.
    seed, replicas
        Whose they are.
    samples, inputs
        How many, and of which size.
    dtype
        Floating-point type.
    own_labels
        Whether they have the labels of the distribution; otherwise random ones.

    Returns
    -------
    x, y
        Inputs of shape (replica, sample, input) and labels of shape (replica, sample): 0/1, or
        real numbers where those of the distribution are.
    """
    x_streams = streams_of(seed, replicas, Purpose.PROBE_INPUTS)
    own = _own_streams(kind, seed, replicas, " probe")
    x, y = _draw(kind, x_streams, own, samples, inputs, dtype)
    if y is None or not own_labels:
        y = draw_labels(streams_of(seed, replicas, Purpose.PROBE_LABELS), samples, 2, dtype)
    return x, y


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
    labels, share, shared_labels
        Which labels they have, see `Labels`.
    sampling
        "online": every sample is new; otherwise they are of a finite training set, see `Order`.
    training_set_size
        Samples in the finite training set; None when online.
    batch_size
        Samples in a batch, for fresh subsets.

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
        share: float = 1.0,
        shared_labels: bool = False,
        batch_size: int | None = None,
    ):
        if (sampling == "online") != (training_set_size is None):
            raise ValueError(f"{sampling} sampling from a training set of {training_set_size}")
        self._labels = Labels(
            labels,
            share,
            seed=seed,
            replicas=replicas,
            classes=classes,
            dtype=label_dtype,
            size=training_set_size,
            shared=shared_labels,
        )
        self._order = None
        if training_set_size is not None:
            streams = streams_of(seed, replicas, Purpose.ORDER)
            self._order = Order(streams, training_set_size, sampling, batch_size)

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
            x, own = self._new_samples(samples)
            return x, self._labels.take(samples, None, lambda: own)
        order = self._order.take(samples)
        labels = self._labels.take(samples, order, lambda: self._true_labels(order))
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
        if self._order is None:
            raise ValueError("there is no finite training set whose labels stay")
        x = self._whole_set()

        def true_labels(order: Tensor) -> Tensor | None:
            return self._true_labels(order.expand(max(len(x), len(order)), -1))

        return x, self._labels.whole(x.shape[1], true_labels)

    def state(self) -> dict[str, Tensor]:
        """Return all that the samples to come depend on, beside what the constructor was given.

        Returns
        -------
        dict
            Tensors of bytes or integers whose first axis is the replica, by name.
        """
        state = self._labels.state()
        return state if self._order is None else state | self._order.state()

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state of a stream that was made with the same arguments."""
        self._labels.restore(state)
        if self._order is not None:
            self._order.restore(state)

    @abstractmethod
    def _inputs_at(self, order: Tensor) -> Tensor:
        """Return inputs of the training set by their indices (replica, sample)."""

    @abstractmethod
    def _whole_set(self) -> Tensor:
        """Return inputs of the training set, (replica, sample, …), or (1, …) if it is shared."""

    def _new_samples(self, samples: int) -> tuple[Tensor, Tensor | None]:
        """Return samples that have not been seen before; for online sampling alone."""
        raise NotImplementedError

    def _true_labels(self, order: Tensor) -> Tensor | None:
        """Return the data's own labels by their indices (replica, sample), if there are any."""
        raise NotImplementedError


class SampleStream(Stream):
    """Synthetic training samples: from a distribution, with its own labels or random ones, 0 or 1.

    Parameters
    ----------
    kind
        The distribution: a module with ``fill(row, stream)``, such as
        `thermophoresis.data.uniform`, or an object with this method, or `Labelled`.
    seed, replicas, labels, share, sampling, training_set_size, batch_size
        As for `Stream`; labels are "true" where the distribution has any.
    inputs
        Input dimension M.
    dtype
        Floating-point type of inputs and labels.
    shared
        Whether a finite training set and its fixed labels, those of replica 0, serve all replicas.
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
        share: float = 1.0,
        sampling: str = "online",
        training_set_size: int | None = None,
        batch_size: int | None = None,
        shared: bool = False,
    ):
        super().__init__(
            seed=seed,
            replicas=replicas,
            classes=2,
            label_dtype=dtype,
            labels=labels,
            share=share,
            shared_labels=shared,
            sampling=sampling,
            training_set_size=training_set_size,
            batch_size=batch_size,
        )
        self._kind, self._inputs, self._dtype = kind, inputs, dtype
        drawn = range(1) if shared else replicas
        self._input_streams = streams_of(seed, drawn, Purpose.INPUTS)
        self._own_streams = _own_streams(kind, seed, drawn)
        self.bytes_per_sample = len(replicas) * inputs * dtype.itemsize
        if training_set_size is not None:
            self._set, self._set_labels = self._new_samples(training_set_size)

    def state(self) -> dict[str, Tensor]:
        """Return all that the samples to come depend on; as `Stream.state`."""
        if self._order is not None:
            return super().state()  # all inputs are drawn
        own = {"own": state_of(self._own_streams)} if self._own_streams else {}
        return super().state() | {"inputs": state_of(self._input_streams)} | own

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        super().restore(state)
        if self._order is None:
            restore_to(self._input_streams, state["inputs"])
            if self._own_streams:
                restore_to(self._own_streams, state["own"])

    def _new_samples(self, samples: int) -> tuple[Tensor, Tensor | None]:
        return _draw(
            self._kind, self._input_streams, self._own_streams, samples, self._inputs, self._dtype
        )

    def _inputs_at(self, order: Tensor) -> Tensor:
        whole = self._set.expand(len(order), -1, -1)
        return whole.gather(1, order[:, :, None].expand(-1, -1, self._inputs))

    def _true_labels(self, order: Tensor) -> Tensor | None:
        own = self._set_labels
        return None if own is None else own.expand(len(order), -1).gather(1, order)

    def _whole_set(self) -> Tensor:
        return self._set
