"""What figures of one grid of η and |B| that was ended in several ways have."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from thermophoresis.config.figure import JointFigure


class NoiseGridFigure(JointFigure):
    """A figure of one grid of η and |B| that was ended in three ways, and of descent without noise.

    Attributes
    ----------
    epochs, loss, time
        Names of experiments of the same cells, ended after equal epochs, at one training loss, and
        after one ηt.
    descent
        Name of one with one cell of full batches, with snapshots along its run.
    """

    measurements: ClassVar[tuple[str, ...]] = ("hessian_norm",)
    needs: ClassVar[tuple[str, ...]] = ("loss",)

    epochs: str = Field(description="the name of an experiment")
    loss: str = Field(description="the name of an experiment")
    time: str = Field(description="the name of an experiment")
    descent: str = Field(description="the name of an experiment")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {(it,): getattr(self, it) for it in ("epochs", "loss", "time", "descent")}
