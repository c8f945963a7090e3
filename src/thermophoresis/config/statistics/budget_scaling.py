"""About how the share of some terms of a drift budget goes with η/|B|."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.budget import BudgetClaim, Terms
from thermophoresis.config.fields import Positive


class BudgetScalingClaim(BudgetClaim):
    """About how the share of some terms of a drift budget goes with η/|B|, over cells.

    Attributes
    ----------
    up_to
        Thermal time up to which the share is taken.
    fit
        Of a power of η/|B| the exponent, or of a straight line the intercept.
    """

    statistic: Literal["budget_scaling"]
    terms: Terms = Field(description="terms of the budget, one or a list")
    up_to: Positive = Field(description="a thermal time that all cells reach")
    fit: Literal["exponent", "intercept"] = "exponent"

    @model_validator(mode="after")
    def _cells_differ(self) -> "BudgetScalingClaim":
        if self.batch_size is not None and self.learning_rate is not None:
            raise ValueError("must leave out batch_size or learning_rate: cells are to differ")
        return self
