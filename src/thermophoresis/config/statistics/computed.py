"""About every entry of what was computed."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ComputationClaim


class ComputedClaim(ComputationClaim):
    """About every entry of what was computed, or those at some coordinates."""

    statistic: Literal["computed"]
    variable: str = Field(description="the name of a variable that the computation has")
    at: dict[str, float | str] = Field(default_factory=dict)
