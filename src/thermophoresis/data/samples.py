"""Training samples of a block of replicas, and the held-out samples that they are measured on."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from thermophoresis.data.drawing import Counted, Drawing, Layout, Streamed
from thermophoresis.data.labels import Labels
from thermophoresis.data.order import Order
from thermophoresis.draws.recipe import Recipe
from thermophoresis.draws.streams import Purpose, generator, key


class Distribution(Protocol):
    """A distribution of inputs: a module of this package, see `uniform`, or what one makes.

    Where its inputs are independent variates and nothing else, ``VARIATES`` says which: normal or
    uniform.
    """

    SOURCE: str

    def draw(self, drawing: Drawing, size: int, dtype: torch.dtype) -> Tensor:
        """Return inputs of some size, (replica, sample, input)."""


@runtime_checkable
class Labelled(Distribution, Protocol):
    """A distribution of inputs with labels; see `teacher`.

    Attributes
    ----------
    PURPOSE
        Of the variates that each replica has for what else is random.
    """

    PURPOSE: str

    def label(self, x: Tensor, drawing: Drawing) -> Tensor:
        """Return labels (replica, sample), float64, of inputs that may be completed in place.

        No bit of a sample depends on how many others there are.
        """


def _draw(
    kind: Distribution, inputs: Drawing, own: Drawing, size: int, dtype: torch.dtype
) -> tuple[Tensor, Tensor | None]:
    """Draw inputs of some size and their own labels, if they have any."""
    x = kind.draw(inputs, size, dtype)
    return x, kind.label(x, own).to(dtype) if isinstance(kind, Labelled) else None


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

    def streamed(purpose: Purpose | str) -> Streamed:
        return Streamed([generator(seed, replica, purpose) for replica in replicas], samples)

    own = streamed(f"{kind.PURPOSE} probe" if isinstance(kind, Labelled) else "")
    x, y = _draw(kind, streamed(Purpose.PROBE_INPUTS), own, inputs, dtype)
    if y is None or not own_labels:
        y = streamed(Purpose.PROBE_LABELS).integers(2, dtype)
    return x, y


def fresh_samples(
    kind: Distribution,
    *,
    seed: int,
    replicas: range,
    purpose: str,
    first: int,
    samples: int,
    inputs: int,
) -> tuple[Tensor, Tensor | None]:
    """Draw samples as online training does that it never sees, each by its number; float64.

    Parameters
    ----------
    kind
        Their distribution.
    seed, replicas
        Whose they are.
    purpose
        What they are for: those of one purpose are independent of those of all others.
    first, samples
        Number of the first one, and how many.
    inputs
        Their size.

    Returns
    -------
    x, y
        Inputs (replica, sample, input), and labels of the distribution's own (replica, sample) if
        it has any.
    """
    drawn, own = (
        Counted(key(seed, it), replicas, first, samples) for it in (purpose, f"{purpose} labels")
    )
    return _draw(kind, drawn, own, inputs, torch.float64)


class Stream(ABC):
    """The training samples of a range of replicas, in the order in which SGD consumes them.

    A sample is a function of seed, replica and its number: whichever are taken together, they are
    the same, and the number of the next one is all that is to be kept. What kind of inputs they are
    is for a subclass to say; order and labels are the same for all.

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
    layout
        Where they are, and in which order of memory.

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
        layout: Layout = Layout(),  # noqa: B008  # it cannot be changed
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
            layout=layout,
        )
        self._layout, self._position = layout, 0
        self._order = None
        if training_set_size is not None:
            order_key = key(seed, Purpose.ORDER)
            self._order = Order(order_key, replicas, training_set_size, sampling, batch_size)

    def take(self, samples: int) -> tuple[Tensor, Tensor]:
        """Draw the next samples of every replica.

        Parameters
        ----------
        samples
            How many.

        Returns
        -------
        x, y
            Inputs of shape (replica, sample, …) and labels of shape (replica, sample).
        """
        first = self._position
        self._position += samples
        if self._order is None:
            x, own = self._new_samples(first, samples)
            y = self._labels.take(first, samples, None, lambda: own)
        else:
            order = self._order.take(first, samples).to(self._layout.device)
            x = self._inputs_at(order)
            y = self._labels.take(first, samples, order, lambda: self._true_labels(order))
        return self._layout.of(x), self._layout.of(y)

    def skip(self, samples: int) -> None:
        """Go on as after taking samples, which somebody draws by the `recipe`."""
        self._position += samples

    def recipe(self) -> Recipe | None:
        """Return how the samples to come can be drawn elsewhere, where that is simple."""
        return None

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

    def own_labels(self) -> Tensor:
        """Return the data's own labels of the samples of `training_set`, whatever they are now.

        Raises
        ------
        ValueError
            There is no finite training set, or the data have no labels of their own.
        """
        if self._order is None:
            raise ValueError("there is no finite training set")
        x = self._whole_set()
        indices = torch.arange(x.shape[1], device=x.device).expand(len(x), -1)
        labels = self._true_labels(indices)
        if labels is None:
            raise ValueError("these data have no labels of their own")
        return labels

    def inputs(self) -> Tensor:
        """Return the inputs of a finite training set, as of `training_set`, whatever the labels."""
        return self._whole_set()

    def state(self) -> dict[str, Tensor]:
        """Return all that the samples to come depend on, beside what the constructor was given.

        Returns
        -------
        dict
            The number of samples that were taken.
        """
        return {"position": torch.tensor(self._position)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state of a stream that was made with the same arguments."""
        self._position = int(state["position"])

    @abstractmethod
    def _inputs_at(self, order: Tensor) -> Tensor:
        """Return inputs of the training set by their indices (replica, sample)."""

    @abstractmethod
    def _whole_set(self) -> Tensor:
        """Return inputs of the training set, (replica, sample, …), or (1, …) if it is shared."""

    def _new_samples(self, first: int, samples: int) -> tuple[Tensor, Tensor | None]:
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
        The distribution: a module such as `thermophoresis.data.uniform`, or an object like it, or
        `Labelled`.
    seed, replicas, labels, share, sampling, training_set_size, batch_size, layout
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
        layout: Layout = Layout(),  # noqa: B008  # it cannot be changed
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
            layout=layout,
        )
        self._kind, self._inputs, self._dtype = kind, inputs, dtype
        self._replicas, self._drawn = replicas, range(1) if shared else replicas
        own = kind.PURPOSE if isinstance(kind, Labelled) else ""
        self._keys = key(seed, Purpose.INPUTS), key(seed, own)
        self.bytes_per_sample = len(replicas) * inputs * dtype.itemsize
        if training_set_size is not None:
            self._set, self._set_labels = self._new_samples(0, training_set_size)
            self._set = self._set.contiguous()

    def recipe(self) -> Recipe | None:
        """Return how the samples to come can be drawn elsewhere, where that is simple."""
        variates, labels = getattr(self._kind, "VARIATES", None), self._labels.key
        if variates is None or labels is None or self._order is not None:
            return None
        inputs, position = self._keys[0], self._position
        return Recipe(variates, inputs, labels, self._inputs, position, self._replicas)

    def _new_samples(self, first: int, samples: int) -> tuple[Tensor, Tensor | None]:
        inputs, own = (Counted(it, self._drawn, first, samples, self._layout) for it in self._keys)
        return _draw(self._kind, inputs, own, self._inputs, self._dtype)

    def _inputs_at(self, order: Tensor) -> Tensor:
        whole = self._set.expand(len(order), -1, -1)
        return whole.gather(1, order[:, :, None].expand(-1, -1, self._inputs))

    def _true_labels(self, order: Tensor) -> Tensor | None:
        own = self._set_labels
        return None if own is None else own.expand(len(order), -1).gather(1, order)

    def _whole_set(self) -> Tensor:
        return self._set
