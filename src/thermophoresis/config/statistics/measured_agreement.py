"""About how far two measured quantities put networks in the same order."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.measured_claim import SnapshotsClaim


class MeasuredAgreementClaim(SnapshotsClaim):
    """About Kendall's τ, over networks, of two measured quantities, at the last record."""

    statistic: Literal["measured_agreement"]
    of: str = Field(description="the name of a variable that the measurement has")
    over: str = Field(description="the name of a variable that the measurement has")

    @model_validator(mode="after")
    def _two_quantities(self) -> "MeasuredAgreementClaim":
        if self.of == self.over:
            raise ValueError(f"got {self.of} as both of and over; must be two quantities")
        if self.thermal_time_at_most is not None:
            raise ValueError("thermal_time_at_most must be left out: it is of the last record")
        return self

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("of",): self.of, ("over",): self.over}
