"""What tells circulating weights from reversible noise, and what the current is worth."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class CirculationFigure(JointFigure):
    """What tells circulating weights from reversible noise, and what the current is worth.

    Attributes
    ----------
    experiment
        Whose p-values and areas are shown.
    noise
        The same at several η/|B|.
    """

    measurements: ClassVar[tuple[str, ...]] = ("circulation",)

    kind: Literal["circulation"]
    experiment: str = Field(description="the name of an experiment")
    noise: str = Field(description="the name of an experiment at several η/|B|")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("experiment",): self.experiment, ("noise",): self.noise}
