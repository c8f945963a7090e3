"""About the exponent of a swept setting for which the cells collapse."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ExponentClaim


class AxisExponentClaim(ExponentClaim):
    """About the exponent of a swept setting for which the cells collapse."""

    statistic: Literal["axis_exponent"]

    @model_validator(mode="after")
    def _axis_is_named(self) -> "AxisExponentClaim":
        if self.compare in (None, "learning_rate", "batch_size"):
            raise ValueError(
                "axis_exponent must have compare: an axis besides learning_rate and batch_size"
            )
        return self
