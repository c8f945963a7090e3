"""Whether η and |B| can be exchanged at one η/|B|: curves, and what noise leaves."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.exchange import AnyFactors
from thermophoresis.config.fields import Axes, Count, Name, Positive
from thermophoresis.config.figure import JointFigure


class ExchangeFigure(JointFigure):
    """Whether η and |B| can be exchanged at one η/|B|: curves, and what noise leaves.

    Attributes
    ----------
    course
        Name of an experiment over η and |B|, with one cell that has no noise.
    base_rate, base_batch
        η₀ and |B|₀ of the cell with which others are compared.
    factors, root_factors
        |B|/|B|₀ of those at one η/|B|, and of those at one η/√|B|.
    along, shown
        The axis of training set sizes, and the size whose curves are shown.
    noise_free
        What the cell without noise has on further axes.
    late
        Name of an experiment of which what noise leaves is shown, with one cell that has none.
    late_rate, late_batch, late_noise_free
        The same there.
    """

    needs: ClassVar[tuple[str, ...]] = ("train_loss",)

    kind: Literal["exchange"]
    course: str = Field(description="the name of an experiment")
    base_rate: Positive
    base_batch: Count
    factors: AnyFactors = Field(description="a list of numbers > 1")
    root_factors: AnyFactors = Field(description="a list of numbers > 1")
    along: Name = Field(description="the axis of training set sizes")
    shown: Count
    noise_free: Axes = Field(description="a mapping from axes to labels")
    late: str = Field(description="the name of an experiment")
    late_rate: Positive
    late_batch: Count
    late_noise_free: Axes = Field(description="a mapping from axes to labels")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("course",): self.course, ("late",): self.late}
