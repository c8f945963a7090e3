"""What is gathered in one file: runs of an experiment or measurements, of them or of pairs."""

from typing import Annotated

from pydantic import Field, model_validator

from thermophoresis.config.fields import Axes, Count, Name, Positive, Seeds, Settings


class GatherSettings(Settings):
    """All that determines one file of curves, besides the files of the runs it is made of.

    Attributes
    ----------
    cells
        Learning rate and batch size of each.
    axes
        Labels of each cell along further axes, by their names; empty where there are none.
    paths
        Of the settings that vary along them, with dots, by the names of the axes.
    varied
        Settings that are not the same in all cells.
    """

    experiment: Name
    cells: Annotated[
        tuple[Annotated[tuple[Positive, Count], Field(strict=False)], ...],
        Field(strict=False, min_length=1),
    ]
    seeds: Seeds
    records: Count
    replicas: Count
    note: str = ""
    axes: Annotated[tuple[Axes, ...], Field(strict=False)] = ()
    paths: dict[Name, str] = Field(default_factory=dict)
    varied: Annotated[tuple[Name, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _cells_are_distinct(self) -> "GatherSettings":
        axes = self.axes or ({},) * len(self.cells)
        if len(axes) != len(self.cells) or any({*it} != {*axes[0]} for it in axes):
            raise ValueError("axes must have the labels of each cell, of all along the same axes")
        if len({(cell, *it.items()) for cell, it in zip(self.cells, axes, strict=True)}) < len(
            axes
        ):
            raise ValueError("cells must not repeat an earlier entry")
        return self

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file."""
        return ("analysis.gathering",)


class GatherPairSettings(Settings):
    """All that determines the file of a pair, besides the measurements of its seeds."""

    pair: Name
    seeds: Seeds
    note: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file."""
        return ("analysis.gathering_pairs",)


AnyGathering = GatherSettings | GatherPairSettings
