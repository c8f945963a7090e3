"""About the power with which what was measured goes with a quantity along an axis of its own."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.measured_claim import VariableClaim


class MeasuredExponentClaim(VariableClaim):
    """About the power with which a mean over networks goes along an axis, at the last record.

    Attributes
    ----------
    along
        The axis of the variable.
    """

    statistic: Literal["measured_exponent"]
    along: str = Field(description="the name of an axis that the variable has")
