"""About the share of some terms of a drift budget in the measured change."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.budget import BudgetClaim, Terms
from thermophoresis.config.fields import Positive
from thermophoresis.config.problems import Problem, got, refuse_within


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

    @field_validator("among")
    @classmethod
    def _a_part_is_no_more(
        cls, among: tuple[str, ...] | None, info: ValidationInfo
    ) -> tuple[str, ...] | None:
        for term in info.data.get("terms", ()) if among else ():
            if term not in (among or ()):
                message = f"{got(list(among or ()))}; must have the terms themselves, also {term}"
                raise refuse_within(Problem((), message))
        return among
