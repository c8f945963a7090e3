"""Curves of several learning rates at one batch size."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.fields import Count
from thermophoresis.config.figure import SweepFigure


class LearningRateSweepFigure(SweepFigure):
    """Curves of several learning rates at one batch size."""

    kind: Literal["learning_rate_sweep"]
    batch_size: Count = Field(description="the batch size at which learning rates are compared")
