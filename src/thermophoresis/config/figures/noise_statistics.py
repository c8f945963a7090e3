"""Whether the noise of batches is Gaussian, white and slow to change, and det H in networks."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class NoiseStatisticsFigure(JointFigure):
    """Whether the noise of batches is Gaussian, white and slow to change, and det H in networks.

    Attributes
    ----------
    experiment
        Name of an experiment of one to five cells.
    """

    measurements: ClassVar[tuple[str, ...]] = ("noise_statistics", "dense_hessian")

    kind: Literal["noise_statistics"]
    experiment: str = Field(description="the name of an experiment")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("experiment",): self.experiment}
