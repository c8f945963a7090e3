"""About the total of one measured quantity over that of another."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from thermophoresis.config.measured_claim import SnapshotsClaim


class RatioOfTotalsClaim(SnapshotsClaim):
    """About the total of one measured quantity over that of another."""

    statistic: Literal["ratio_of_totals"]
    of: str = Field(description="the name of a variable that the measurement has")
    over: str = Field(description="the name of a variable that the measurement has")

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("of",): self.of, ("over",): self.over}
