"""About the slope of one measured quantity on another."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.measured_claim import SnapshotsClaim


class SlopeClaim(SnapshotsClaim):
    """About the slope of one measured quantity on another, by regression through the origin."""

    statistic: Literal["slope"]
    of: str = Field(description="the name of a variable that the measurement has")
    on: str = Field(description="the name of a variable that the measurement has")

    @model_validator(mode="after")
    def _two_quantities(self) -> "SlopeClaim":
        if self.of == self.on:
            raise ValueError(f"got {self.of} as both of and on; must be two quantities")
        return self

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("of",): self.of, ("on",): self.on}
