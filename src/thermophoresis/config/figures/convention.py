"""The convention of the noise, printed temperatures and ratios, currents and escape times."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class ConventionFigure(JointFigure):
    """What becomes of SGD's noise in an equation, and of what is printed of it.

    Attributes
    ----------
    noise
        Name of a computation of the kind noise_convention.
    currents
        Name of a computation of the kind current_of_wells.
    escapes
        Name of a computation of the kind escape_times.
    """

    kind: Literal["convention"]
    noise: str = Field(description="the name of a computation")
    currents: str = Field(description="the name of a computation")
    escapes: str = Field(description="the name of a computation")

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("noise",): self.noise, ("currents",): self.currents, ("escapes",): self.escapes}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {
            ("noise",): "noise_convention",
            ("currents",): "current_of_wells",
            ("escapes",): "escape_times",
        }
