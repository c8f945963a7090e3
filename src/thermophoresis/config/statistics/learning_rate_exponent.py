"""About the exponent of the learning rate for which the cells collapse."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ExponentClaim


class LearningRateExponentClaim(ExponentClaim):
    """About the exponent of the learning rate for which the cells collapse."""

    statistic: Literal["learning_rate_exponent"]

    @model_validator(mode="after")
    def _exponent_is_varied(self) -> "LearningRateExponentClaim":
        if self.batch_size is None:
            raise ValueError(f"{self.statistic} must have batch_size: what the cells share")
        if self.compared != "learning_rate":
            raise ValueError(f"got compare: {self.compare}; {self.statistic} must do without")
        return self
