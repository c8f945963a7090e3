"""Labels of training samples: those of the data, random ones, or some of each."""

from collections.abc import Callable

import torch
from torch import Tensor

from thermophoresis.data.drawing import Counted, Layout
from thermophoresis.draws import variates
from thermophoresis.draws.streams import Purpose, key


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
    layout
        Where they are.
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
        layout: Layout = Layout(),  # noqa: B008  # it cannot be changed
    ):
        self._regime, self._share = regime, share
        self._classes, self._dtype = classes, dtype
        self._replicas, self._layout = replicas, layout
        self._keys = key(seed, Purpose.LABELS), key(seed, "label noise")
        if regime == "shuffled" and size is not None:
            drawn = range(1) if shared else replicas
            fixed = Counted(self._keys[0], drawn, 0, size).integers(classes, dtype)
            chosen = _chosen(seed, drawn, size, share)
            self._fixed, self._is_random = fixed.to(layout.device), chosen.to(layout.device)

    @property
    def key(self) -> variates.Key | None:
        """Of labels that are new and random at every draw, of all samples; None for others."""
        return self._keys[0] if self._regime == "resampled" and self._share == 1 else None

    def take(
        self,
        first: int,
        samples: int,
        order: Tensor | None,
        true_labels: Callable[[], Tensor | None],
    ) -> Tensor:
        """Return the labels of some samples, (replica, sample).

        Parameters
        ----------
        first, samples
            Number of the first sample, and how many.
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
        random, noise = (
            Counted(it, self._replicas, first, samples, self._layout) for it in self._keys
        )
        labels = random.integers(self._classes, self._dtype)
        if self._share == 1:
            return labels
        return torch.where(noise.chances() < self._share, labels, _existing(true_labels()))

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
        order = torch.arange(size, device=self._layout.device)[None]
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


def _existing(labels: Tensor | None) -> Tensor:
    if labels is None:
        raise ValueError("these data have no labels of their own")
    return labels


def _chosen(seed: int, replicas: range, size: int, share: float) -> Tensor:
    """Return which samples have a random label, (replica, sample); with a larger share, more."""
    order = variates.permutations(key(seed, "shuffled labels"), replicas, 0, 1, size)[:, 0]
    chosen = torch.zeros(len(replicas), size, dtype=torch.bool)
    return chosen.scatter_(1, order[:, : round(share * size)], True)
