"""About a measurement of pairs of networks, at the last record."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import PairClaim


class PairValueClaim(PairClaim):
    """About a measurement of pairs of networks, at the last record."""

    statistic: Literal["pair_value"]
    variable: str = Field(description="the name of a variable that the measurement has")
