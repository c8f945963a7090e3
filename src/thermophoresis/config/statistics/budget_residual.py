"""About what a drift budget leaves of the measured change."""

from typing import Literal

from thermophoresis.config.budget import BudgetClaim, Terms


class BudgetResidualClaim(BudgetClaim):
    """About what a drift budget leaves of the measured change, at the end of each third of a run.

    Attributes
    ----------
    terms
        Those that are summed; None for all that add up.
    relative
        In units of the change, where that exceeds five standard errors.
    """

    statistic: Literal["budget_residual"]
    terms: Terms | None = None
    relative: bool = False

    @property
    def summed(self) -> tuple[str, ...]:
        """The terms that are summed."""
        return self.terms or self.whole
