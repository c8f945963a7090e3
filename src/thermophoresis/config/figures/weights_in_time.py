"""Spectrum and autocorrelation of a network's weights, and the full gradient of all networks."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.figure import JointFigure


class WeightsInTimeFigure(JointFigure):
    """Spectrum and autocorrelation of a network's weights, and the full gradient of all networks.

    Attributes
    ----------
    network
        Which of the stationary networks is shown, counted from 0.
    """

    measurements: ClassVar[tuple[str, ...]] = ("weight_spectrum", "circulation")

    kind: Literal["weights_in_time"]
    experiment: str = Field(description="the name of an experiment")
    learning_rate: Positive = Field(description="the rate of the cell that is shown")
    batch_size: Count = 1
    cells: Chosen = Field(default_factory=dict)
    network: int = Field(default=0, ge=0)

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("experiment",): self.experiment}
