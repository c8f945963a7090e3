"""Factors that come again with every period."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from thermophoresis.config.fields import Positive
from thermophoresis.config.schedule import Stretch


class Cyclic(Stretch):
    """Factors that come again with every period.

    Triangular: from the first factor in a straight line to the second in the middle of the period
    and back, as ``torch.optim.lr_scheduler.CyclicLR``. Steps: both, for half of the period each.
    """

    kind: Literal["cyclic"]
    period: Positive = Field(description="a number > 0")
    factors: Annotated[tuple[Positive, ...], Field(strict=False, min_length=2, max_length=2)] = (
        Field(description="a list of two factors > 0")
    )
    shape: Literal["triangular", "steps"] = "triangular"

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
