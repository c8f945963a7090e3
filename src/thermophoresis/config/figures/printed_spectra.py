"""What is printed of spectra, beside measured ones, and whether any spectrum is like that."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from thermophoresis.config.spectra import SpectraFigure


class PrintedSpectraFigure(SpectraFigure):
    """What is printed of spectra, beside measured ones, and whether any spectrum is like that.

    Attributes
    ----------
    printed
        Name of a computation of the kind printed_spectra.
    """

    kind: Literal["printed_spectra"]
    printed: str = Field(description="the name of a computation")

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("printed",): self.printed}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {("printed",): "printed_spectra"}
