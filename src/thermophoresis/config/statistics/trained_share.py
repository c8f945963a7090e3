"""About the share of cells whose networks have learned their training set."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.fields import Probability
from thermophoresis.config.measured_claim import MeasuredClaim


class TrainedShareClaim(MeasuredClaim):
    """About the share of cells in which a network has learned its training set, at the last record.

    Attributes
    ----------
    trained_to
        The share of training samples that it must have right.
    """

    statistic: Literal["trained_share"]
    trained_to: Probability = Field(description="a share of the training samples")
