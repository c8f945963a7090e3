"""Factors that come again with every period."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from thermophoresis.config.fields import Positive
from thermophoresis.config.problems import Problem, got, refuse
from thermophoresis.config.schedule import Stretch


class Cyclic(Stretch):
    """Factors that come again with every period.

    Triangular: from the first factor in a straight line to the second in the middle of the period
    and back, as ``torch.optim.lr_scheduler.CyclicLR``. Steps: both, for half of the period each.
    """

    kind: Literal["cyclic"]
    period: Positive = Field(description="a number > 0")
    factors: Annotated[tuple[Positive, ...], Field(strict=False)] = Field(
        description="a list of two numbers > 0"
    )
    shape: Literal["triangular", "steps"] = "triangular"

    @field_validator("factors")
    @classmethod
    def _two(cls, factors: tuple[float, ...]) -> tuple[float, ...]:
        if len(factors) != 2:
            raise refuse(Problem(("factors",), f"{got(list(factors))}; must be a list of two"))
        return factors

    @property
    def largest(self) -> float:
        """The largest factor."""
        return max(self.factors)

    def multiplier(self, place: Any, length: float, cos: Callable[[Any], Any]) -> Any:
        """Return the factor at places; see `Stretch.multiplier`."""
        share = place / self.period
        share = 2 * (share - share // 1)
        height = share >= 1 if self.shape == "steps" else 1 - abs(share - 1)
        first, second = self.factors
        return first * (1 - height) + second * height
