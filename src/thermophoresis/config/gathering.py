"""What is gathered in one file: runs of an experiment or measurements, of them or of pairs."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.fields import LISTED, Count, Name, Positive, Seeds, Settings


class GatherSettings(Settings):
    """All that determines one file of curves, besides the files of the runs it is made of."""

    experiment: Name
    cells: Annotated[tuple[Annotated[tuple[Positive, Count], Field(strict=False)], ...], *LISTED]
    seeds: Seeds
    records: Count
    replicas: Count
    note: str = ""

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
