"""About the total of one measured quantity over that of another."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.measured_claim import SnapshotsClaim


class RatioOfTotalsClaim(SnapshotsClaim):
    """About the total of one measured quantity over that of another."""

    statistic: Literal["ratio_of_totals"]
    of: str = Field(description="the name of a variable that the measurement has")
    over: str = Field(description="the name of a variable that the measurement has")

    @model_validator(mode="after")
    def _two_quantities(self) -> "RatioOfTotalsClaim":
        if self.of == self.over:
            raise ValueError(f"got {self.of} as both of and over; must be two quantities")
        return self

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("of",): self.of, ("over",): self.over}
