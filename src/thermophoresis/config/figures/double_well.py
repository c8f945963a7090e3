"""The double well in which a force circulates: density, streamlines, zeros of the drift."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class DoubleWellFigure(JointFigure):
    """The double well: densities with streamlines and zeros, and what goes with the strength.

    Attributes
    ----------
    well
        Name of a computation of the kind double_well.
    particles
        Name of a computation of the kind double_well_particles.
    strengths
        Three λ of the former, of which there are maps.
    """

    kind: Literal["double_well"]
    well: str = Field(description="the name of a computation")
    particles: str = Field(description="the name of a computation")
    strengths: Annotated[tuple[float, ...], Field(strict=False, min_length=3, max_length=3)] = (
        *(0.0, 0.5),
        1.5,
    )

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("well",): self.well, ("particles",): self.particles}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {("well",): "double_well", ("particles",): "double_well_particles"}
