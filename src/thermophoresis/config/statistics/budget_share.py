"""About the share of some terms of a drift budget in the measured change."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.budget import BudgetClaim, Terms
from thermophoresis.config.fields import Positive


class BudgetShareClaim(BudgetClaim):
    """About the share of some terms of a drift budget in the measured change.

    Attributes
    ----------
    among
        Terms in whose sizes their sizes have a share, instead.
    up_to
        Thermal time; None for the whole run.
    """

    statistic: Literal["budget_share"]
    terms: Terms = Field(description="terms of the budget, one or a list")
    among: Terms | None = None
    up_to: Positive | None = None
