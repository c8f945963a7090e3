"""Curves of several cells along any axis of a sweep."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import LISTED, Count, Name, Positive
from thermophoresis.config.figure import SweepFigure

Time = Literal["steps", "training_time", "thermal_time"]


class AxisSweepFigure(SweepFigure):
    """Curves of several cells along any axis of a sweep.

    Attributes
    ----------
    compare
        The axis.
    learning_rate, batch_size
        What the cells have in common, where the experiment has several.
    panels
        Times against which they are drawn.
    """

    kind: Literal["sweep"]
    compare: Name = Field(description="the axis along which curves are compared")
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    panels: Annotated[tuple[Time, ...], *LISTED] = ("steps", "thermal_time")

    @property
    def asked(self) -> dict[str, object]:
        """What the cells that it compares have, by axis: one label, or one of several."""
        grid = {axis: getattr(self, axis) for axis in ("learning_rate", "batch_size")}
        return {axis: it for axis, it in grid.items() if it is not None} | self.cells

    @property
    def compared(self) -> str:
        """The axis along which the cells that it compares differ."""
        return self.compare

    @model_validator(mode="after")
    def _what_is_compared_is_not_shared(self) -> "AxisSweepFigure":
        if getattr(self, self.compare, None) is not None and self.compare in (
            "learning_rate",
            "batch_size",
        ):
            raise ValueError(f"{self.compare} must be left out: the curves differ in it")
        return self
