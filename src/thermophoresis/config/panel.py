"""Panels of a figure that is drawn from several experiments."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.chosen_cells import NamedCells
from thermophoresis.config.fields import Settings


class PanelOfCells(Settings):
    """Curves that are drawn together.

    Attributes
    ----------
    title
        What they have in common, or differ in.
    curves
        The cells, of one experiment or of several, each with a name.
    """

    title: str = ""
    curves: NamedCells = Field(description="a list of cells, each with a name")


# No more than letters name.
Panels = Annotated[tuple[PanelOfCells, ...], Field(strict=False, min_length=1, max_length=26)]
