"""Where the cells of an experiment lie in a gathered file."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from thermophoresis.config.gathering import GatherSettings

GRID = ("learning_rate", "batch_size")
SPARSE = 0.25  # of a grid with a smaller part filled, cells lie along one dimension
Key = tuple[Any, ...]  # learning rate, batch size and the labels along further axes


class Layout:
    """The dimensions along which cells lie: one for each swept axis, or ``cell`` for all of them.

    Parameters
    ----------
    settings
        Which cells there are.
    """

    def __init__(self, settings: GatherSettings):
        self._paths = settings.paths
        further = settings.axes or ({},) * len(settings.cells)
        self.axes: tuple[str, ...] = (*GRID, *further[0])
        self._given: list[Key] = [
            (*cell, *labels.values()) for cell, labels in zip(settings.cells, further, strict=True)
        ]

    @cached_property
    def labels(self) -> dict[str, list[Any]]:
        """The labels along each axis: numbers in their order, words in that of the settings."""
        found = {}
        for place, axis in enumerate(self.axes):
            labels = list(dict.fromkeys(key[place] for key in self._given))
            words = any(isinstance(label, str) for label in labels)
            found[axis] = labels if words else sorted(labels)
        return found

    @cached_property
    def _places(self) -> list[dict[Any, int]]:
        """Of each axis the index of every label."""
        return [{it: index for index, it in enumerate(labels)} for labels in self.labels.values()]

    @cached_property
    def keys(self) -> list[Key]:
        """The cells, sorted."""
        return sorted(self._given, key=self._indices)

    def _indices(self, key: Key) -> tuple[int, ...]:
        return tuple(places[label] for places, label in zip(self._places, key, strict=True))

    @cached_property
    def _order(self) -> dict[Key, int]:
        return {key: index for index, key in enumerate(self.keys)}

    @cached_property
    def is_grid(self) -> bool:
        """Whether there is a dimension for each axis: at least a quarter of the grid has a cell."""
        size = np.prod([len(labels) for labels in self.labels.values()])
        return bool(len(self.keys) >= SPARSE * size)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return self.axes if self.is_grid else ("cell",)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Lengths of the dimensions."""
        if not self.is_grid:
            return (len(self.keys),)
        return tuple(len(labels) for labels in self.labels.values())

    def position(self, key: Key) -> tuple[int, ...]:
        """Return the index of a cell along each dimension."""
        if not self.is_grid:
            return (self._order[key],)
        return self._indices(key)

    @property
    def coordinates(self) -> dict[str, tuple[Any, ...]]:
        """Coordinates of the cells along all axes; those of further ones name their setting."""
        found: dict[str, tuple[Any, ...]] = {}
        for place, axis in enumerate(self.axes):
            values = self.labels[axis] if self.is_grid else [key[place] for key in self.keys]
            attributes = {"long_name": axis.replace("_", " ")}
            if axis in self._paths:
                attributes["setting"] = self._paths[axis]
            dimension = axis if self.is_grid else "cell"
            found[axis] = (dimension, np.array(values), attributes)
        if not self.is_grid:
            found["cell"] = ("cell", np.arange(len(self.keys)), {"long_name": "cell of the sweep"})
        return found


def in_common(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the part of several settings that is the same in all of them, also within mappings."""
    first, *others = settings
    found = {}
    for name, value in first.items():
        if not all(name in other for other in others):
            continue
        values = [value, *(other[name] for other in others)]
        if all(it == value for it in values):
            found[name] = value
        elif all(isinstance(it, Mapping) for it in values):
            found[name] = in_common(values)
    return found
