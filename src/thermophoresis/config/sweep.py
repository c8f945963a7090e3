"""The cells of an experiment: learning rate, batch size, and labels along further axes."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from thermophoresis.config.fields import LISTED, Label, Rates, Settings
from thermophoresis.config.sampling import BatchSize

GRID = ("learning_rate", "batch_size")


class Sweep(Settings):
    """A grid of cells: every learning rate with every batch size."""

    learning_rate: Rates = Field(description="a list of numbers > 0")
    batch_size: Annotated[tuple[BatchSize, ...], *LISTED] = (1,)


class Point(NamedTuple):
    """One cell of an experiment.

    Attributes
    ----------
    learning_rate, batch_size
        η and |B|.
    axes
        Its labels along further axes, by their names.
    training
        The settings of its runs; None where they are those of the experiment.
    """

    learning_rate: float
    batch_size: int
    axes: Mapping[str, Label]
    training: Any = None

    def __str__(self) -> str:
        """Return the cell in words: ``0.1 with 1, momentum=0.9``."""
        words = [f"{self.learning_rate} with {self.batch_size}"]
        return ", ".join([*words, *(f"{axis}={label}" for axis, label in self.axes.items())])

    def label(self, axis: str) -> Label | None:
        """Return its label along any axis, None where there is no such axis."""
        return getattr(self, axis) if axis in GRID else self.axes.get(axis)


class Swept(NamedTuple):
    """What a sweep means.

    Attributes
    ----------
    points
        The distinct cells, sorted.
    paths
        Of the settings that vary besides learning rate and batch size, with dots, by axis.
    """

    points: tuple[Point, ...]
    paths: Mapping[str, str]


def same(label: Label | None, wanted: Label) -> bool:
    """Return whether a label is what was asked for: a number, or a word however it was read."""
    return label == wanted or str(label) == str(wanted)
