"""Curves of several batch sizes at one learning rate."""

from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Positive
from thermophoresis.config.figure import SweepFigure


class BatchSizeSweepFigure(SweepFigure):
    """Curves of several batch sizes at one learning rate."""

    shared: ClassVar[str] = "learning_rate"

    kind: Literal["batch_size_sweep"]
    learning_rate: Positive = Field(description="the rate at which batch sizes are compared")
