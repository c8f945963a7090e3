"""About a measurement of pairs of networks, at the last record."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import PairClaim
from thermophoresis.config.fields import Name


class PairValueClaim(PairClaim):
    """About a measurement of pairs of networks, at the last record.

    Attributes
    ----------
    at
        A coordinate on each of the measurement's own axes.
    """

    statistic: Literal["pair_value"]
    variable: str = Field(description="the name of a variable that the measurement has")
    at: dict[Name, Name] = Field(default_factory=dict)
