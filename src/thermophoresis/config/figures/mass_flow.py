"""The flow of the random walk: counted, exactly, and as printed, a panel for each computation."""

from collections.abc import Mapping
from typing import Annotated, Literal

from thermophoresis.config.fields import LISTED, Name
from thermophoresis.config.figure import JointFigure


class MassFlowFigure(JointFigure):
    """The flow of the random walk: counted, exactly, and as printed.

    Attributes
    ----------
    flows
        Names of computations of the kind walk_flux, a panel each.
    """

    kind: Literal["mass_flow"]
    flows: Annotated[tuple[Name, ...], *LISTED]

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("flows", index): name for index, name in enumerate(self.flows)}
