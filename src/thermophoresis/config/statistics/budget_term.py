"""About the sum of some terms of a drift budget."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.budget import BudgetClaim, Terms
from thermophoresis.config.fields import Positive


class BudgetTermClaim(BudgetClaim):
    """About what some terms of a drift budget have changed.

    Attributes
    ----------
    relative
        In units of the size of the quantity at the start.
    up_to
        Thermal time; None for the whole run.
    """

    statistic: Literal["budget_term"]
    terms: Terms = Field(description="terms of the budget, one or a list")
    relative: bool = True
    up_to: Positive | None = None
