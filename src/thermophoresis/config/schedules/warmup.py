"""A straight line from a factor above zero to 1, where it stays."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from thermophoresis.config.fields import Positive
from thermophoresis.config.schedule import Stretch


class Warmup(Stretch):
    """A straight line from a factor to 1, as ``torch.optim.lr_scheduler.LinearLR``."""

    kind: Literal["warmup"]
    over: Positive = Field(description="a number > 0, how long it is")
    start: Positive = Field(description="a number > 0, the first factor")

    @property
    def largest(self) -> float:
        """The largest factor."""
        return max(1.0, self.start)

    def multiplier(self, place: Any, length: float, cos: Callable[[Any], Any]) -> Any:
        """Return the factor at places; see `Stretch.multiplier`."""
        share = place / self.over
        share = share * (share < 1) + (share >= 1)
        return self.start * (1 - share) + share
