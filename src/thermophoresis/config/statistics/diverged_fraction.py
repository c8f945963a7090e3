"""About how many networks have diverged by some time."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class DivergedFractionClaim(ExperimentClaim):
    """About how many networks have diverged by some thermal time."""

    statistic: Literal["diverged_fraction"]
    thermal_time: Positive = Field(description="a number > 0, within the run")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _criterion_is_of_a_fraction(self) -> "DivergedFractionClaim":
        if not all(
            0 <= it <= 1 for it in (self.criterion.low, self.criterion.high) if it is not None
        ):
            raise ValueError(f"got criterion {self.criterion}; a fraction is between 0 and 1")
        return self
