"""Local entropy: what smoothing makes of wells, and how flat solutions of networks are."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class LocalEntropyFigure(JointFigure):
    """Local entropy: what smoothing makes of wells, and how flat solutions of networks are.

    Attributes
    ----------
    wells
        Name of a computation of the kind smoothed_wells.
    experiment
        Name of an experiment over η, |B| and sampling.
    """

    needs: ClassVar[tuple[str, ...]] = ("loss", "train_loss", "local_entropy")

    kind: Literal["local_entropy"]
    wells: str = Field(description="the name of a computation")
    experiment: str = Field(description="the name of an experiment")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("experiment",): self.experiment}

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("wells",): self.wells}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {("wells",): "smoothed_wells"}
