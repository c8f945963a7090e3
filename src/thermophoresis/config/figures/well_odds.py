"""Odds between two wells: against noise, by what makes it, and what larger steps do."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class WellOddsFigure(JointFigure):
    """Odds between two wells against noise with theory, and against steps.

    Attributes
    ----------
    odds
        Name of a computation of the kind well_odds.
    """

    kind: Literal["well_odds"]
    odds: str = Field(description="the name of a computation")

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("odds",): self.odds}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {("odds",): "well_odds"}
