"""About how much of a curve falls."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ObservableClaim


class MonotoneFractionClaim(ObservableClaim):
    """About how much of a curve falls, from record to record."""

    statistic: Literal["monotone_fraction"]

    @model_validator(mode="after")
    def _criterion_is_of_a_fraction(self) -> "MonotoneFractionClaim":
        if not all(
            0 <= it <= 1 for it in (self.criterion.low, self.criterion.high) if it is not None
        ):
            raise ValueError(f"got criterion {self.criterion}; a fraction is between 0 and 1")
        return self
