"""About the exponent of the batch size for which the cells collapse."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ExponentClaim


class BatchSizeExponentClaim(ExponentClaim):
    """About the exponent of the batch size for which the cells collapse."""

    statistic: Literal["batch_size_exponent"]

    @model_validator(mode="after")
    def _exponent_is_varied(self) -> "BatchSizeExponentClaim":
        if self.learning_rate is None:
            raise ValueError(f"{self.statistic} must have learning_rate: what the cells share")
        if self.compared != "batch_size":
            raise ValueError(f"got compare: {self.compare}; {self.statistic} must do without")
        return self
