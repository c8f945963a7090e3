"""Stationary states of the random walk, how they come about, and where single particles go."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class SoretEquilibriumFigure(JointFigure):
    """Stationary states of the random walk, how they come about, and where particles go.

    Attributes
    ----------
    equilibrium
        Name of a computation of the kind soret_equilibrium.
    moments
        Name of a computation of the kind walk_moments.
    """

    kind: Literal["soret_equilibrium"]
    equilibrium: str = Field(description="the name of a computation")
    moments: str = Field(description="the name of a computation")

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("equilibrium",): self.equilibrium, ("moments",): self.moments}
