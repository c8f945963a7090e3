"""About how the β at which curves part goes with the size of the training set."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.exchange import ExchangeClaim, Factors
from thermophoresis.config.fields import Name


class BreakingSlopeClaim(ExchangeClaim):
    """About how the β at which curves part goes with the size of the training set.

    Attributes
    ----------
    factors
        β = |B|/|B|₀ of the cells, increasing, between which curves part.
    along
        The axis of sizes N.
    time
        Whether curves end at one ηt for all N, or after one number of epochs.
    """

    statistic: Literal["breaking_slope"]
    factors: Factors = Field(description="a list of increasing numbers > 1")
    along: Name = Field(description="the axis of training set sizes")
    time: Literal["training_time", "epochs"] = "training_time"
