"""Labels of training samples: those of the data, random ones, or some of each."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from thermophoresis.data.order import restore_to, state_of
from thermophoresis.draws.streams import Purpose, generator


def streams_of(seed: int, replicas: range, purpose: Purpose | str) -> list[torch.Generator]:
    """Return the random streams of replicas for one purpose."""
    return [generator(seed, replica, purpose) for replica in replicas]


def draw_labels(
    streams: Sequence[torch.Generator], samples: int, classes: int, dtype: torch.dtype
) -> Tensor:
    """Draw labels 0 … classes − 1 with equal probabilities, shape (replica, sample)."""
    drawn = torch.empty(len(streams), samples, dtype=dtype)
    for row, stream in zip(drawn.unbind(0), streams, strict=True):
        row.random_(0, classes, generator=stream)
    return drawn


class Labels:
    """Labels of the training samples of a range of replicas.

    Parameters
    ----------
    regime
        "resampled": a new label, each class with the same probability, at every draw; "shuffled":
        one fixed random label for each sample of a finite training set; "true": those of the data.
    share
        The share of labels that are random, the others being those of the data: of "shuffled",
        that of the samples, rounded; of "resampled", the probability at every draw.
    seed, replicas
        Whose they are.
    classes
        Number of classes: labels are 0 … classes − 1.
    dtype
        Their type.
    size
        Samples in a finite training set; None without one.
    shared
        Whether fixed random labels are the same for all replicas of the seed.
    """

    def __init__(
        self,
        regime: str,
        share: float,
        *,
        seed: int,
        replicas: range,
        classes: int,
        dtype: torch.dtype,
        size: int | None,
        shared: bool = False,
    ):
        self._regime, self._share = regime, share
        self._classes, self._dtype = classes, dtype
        self._streams = streams_of(seed, replicas, Purpose.LABELS)
        self._chances: list[torch.Generator] = []
        if regime == "resampled" and share < 1:
            self._chances = streams_of(seed, replicas, "label noise")
        if regime == "shuffled" and size is not None:
            labelled = range(1) if shared else replicas
            drawn = streams_of(seed, labelled, Purpose.LABELS)
            self._fixed = draw_labels(drawn, size, classes, dtype)
            self._is_random = _chosen(seed, labelled, size, share)

    def take(
        self, samples: int, order: Tensor | None, true_labels: Callable[[], Tensor | None]
    ) -> Tensor:
        """Return the labels of the next samples, (replica, sample).

        Parameters
        ----------
        samples
            How many.
        order
            Their indices in the finite training set, (replica, sample); None without one.
        true_labels
            Returns their labels in the data, None if there are none.

        Raises
        ------
        ValueError
            They are to be those of the data, which have none.
        """
        if order is not None and self._regime == "shuffled":
            return self._fixed_at(order, true_labels)
        if self._regime == "true":
            return _existing(true_labels())
        random = draw_labels(self._streams, samples, self._classes, self._dtype)
        if self._share == 1:
            return random
        chance = torch.empty(len(self._chances), samples, dtype=torch.float64)
        for row, stream in zip(chance.unbind(0), self._chances, strict=True):
            row.uniform_(generator=stream)
        return torch.where(chance < self._share, random, _existing(true_labels()))

    def whole(self, size: int, true_labels: Callable[[Tensor], Tensor | None]) -> Tensor:
        """Return all labels of a finite training set, (replica, sample), or (1, sample) for all.

        Parameters
        ----------
        size
            Of the set.
        true_labels
            Returns the labels in the data of samples by their indices (1, sample).

        Raises
        ------
        ValueError
            They are resampled.
        """
        order = torch.arange(size)[None]
        if self._regime == "resampled":
            raise ValueError("there is no finite training set whose labels stay")
        if self._regime == "true":
            return _existing(true_labels(order))
        order = order.expand(len(self._fixed), -1)
        return self._fixed_at(order, lambda: true_labels(order))

    def _fixed_at(self, order: Tensor, true_labels: Callable[[], Tensor | None]) -> Tensor:
        fixed = self._fixed.expand(len(order), -1).gather(1, order)
        if self._share == 1:
            return fixed
        is_random = self._is_random.expand(len(order), -1).gather(1, order)
        return torch.where(is_random, fixed, _existing(true_labels()))

    def state(self) -> dict[str, Tensor]:
        """Return what the labels from here on depend on; see `samples.Stream.state`."""
        state = {"labels": state_of(self._streams)}
        return state | ({"label_noise": state_of(self._chances)} if self._chances else {})

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        restore_to(self._streams, state["labels"])
        if self._chances:
            restore_to(self._chances, state["label_noise"])


def _existing(labels: Tensor | None) -> Tensor:
    if labels is None:
        raise ValueError("these data have no labels of their own")
    return labels


def _chosen(seed: int, replicas: range, size: int, share: float) -> Tensor:
    """Return which samples have a random label, (replica, sample); with a larger share, more."""
    chosen = torch.zeros(len(replicas), size, dtype=torch.bool)
    for row, stream in zip(chosen, streams_of(seed, replicas, "shuffled labels"), strict=True):
        row[torch.randperm(size, generator=stream)[: round(share * size)]] = True
    return chosen
