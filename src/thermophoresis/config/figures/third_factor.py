"""What acts as η/|B| does: the scale of the noise, and momentum."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Axes
from thermophoresis.config.figure import JointFigure


class ThirdFactorFigure(JointFigure):
    """What acts as η/|B| does: the scale of the noise, and momentum.

    Attributes
    ----------
    scaled
        Name of an experiment over |B| and noise_scale.
    momentum
        Name of one over momentum at one η/((1 − μ)|B|).
    noise_free
        What the cell of either without noise has on further axes.
    """

    measurements: ClassVar[tuple[str, ...]] = ("hessian_norm",)
    needs: ClassVar[tuple[str, ...]] = ("train_loss",)

    kind: Literal["third_factor"]
    scaled: str = Field(description="the name of an experiment")
    momentum: str = Field(description="the name of an experiment")
    noise_free: Axes = Field(description="a mapping from axes to labels, such as noise_scale: 0")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("scaled",): self.scaled, ("momentum",): self.momentum}
