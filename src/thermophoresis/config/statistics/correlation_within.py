"""About how two measured quantities go together among networks of one cell, or of one η/|B|."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.measured_claim import MeasuredClaim


class CorrelationWithinClaim(MeasuredClaim):
    """About how two measured quantities go together within groups of networks, at the last record.

    Attributes
    ----------
    of, on
        The two.
    within
        Whether a group is a cell or all cells of one η/|B|.
    coefficient
        Spearman's or Kendall's.
    """

    statistic: Literal["correlation_within"]
    of: str = Field(description="the name of a variable that the measurement has")
    on: str = Field(description="the name of a variable that the measurement has")
    within: Literal["cell", "noise"] = Field(description="what the networks of a group share")
    coefficient: Literal["spearman", "kendall"] = Field(description="spearman or kendall")

    @model_validator(mode="after")
    def _two_quantities(self) -> "CorrelationWithinClaim":
        if self.of == self.on:
            raise ValueError(f"got {self.of} as both of and on; must be two quantities")
        return self

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("of",): self.of, ("on",): self.on}
