"""About p-values that were measured of each network, taken together."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.measured_claim import VariableClaim


class CombinedPValueClaim(VariableClaim):
    """About p-values that were measured of each network, taken together in each cell."""

    statistic: Literal["combined_p_value"]

    @model_validator(mode="after")
    def _asks_for_a_small_one(self) -> "CombinedPValueClaim":
        if self.criterion.below is None or self.criterion.low is not None:
            raise ValueError(
                f"criterion: got {self.criterion}; must be below alone: of a p-value that is not "
                "small follows nothing"
            )
        return self
