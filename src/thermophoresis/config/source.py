"""Data sets of images, and what determines the file of one."""

from typing import TYPE_CHECKING

from thermophoresis.config import kinds
from thermophoresis.config.fields import Name, Settings

if TYPE_CHECKING:

    class AnySource(Settings):
        """Of some kind."""

        source: str

else:
    AnySource = kinds.one_of("sources", key="source")


class DatasetSettings(Settings):
    """All that determines one data file."""

    dataset: Name
    source: AnySource

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file, with that of the kind of source."""
        kind = self.source.source
        return ("data.prepare", f"data.sources.{kind}", f"config.sources.{kind}")
