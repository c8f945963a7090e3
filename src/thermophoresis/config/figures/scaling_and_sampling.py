"""What learning rate, batch size and sampling leave of the loss."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Positive
from thermophoresis.config.figure import JointFigure


class ScalingAndSamplingFigure(JointFigure):
    """What learning rate, batch size and sampling leave of the loss.

    Attributes
    ----------
    regression
        Name of a computation of the kind stationary_regression.
    grid
        Name of an experiment over η, |B| and sampling.
    diversity
        Name of one whose η falls in steps, over networks and data.
    loss_at_most
        Highest training loss at which samplings are compared; None for all that are reached.
    """

    needs: ClassVar[tuple[str, ...]] = ("loss", "train_loss")

    kind: Literal["scaling_and_sampling"]
    regression: str = Field(description="the name of a computation")
    grid: str = Field(description="the name of an experiment")
    diversity: str = Field(description="the name of an experiment")
    loss_at_most: Positive | None = None

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("grid",): self.grid, ("diversity",): self.diversity}

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("regression",): self.regression}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {("regression",): "stationary_regression"}
