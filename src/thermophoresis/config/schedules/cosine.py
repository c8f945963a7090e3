"""Half a cosine from 1 to a floor, where it stays."""

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field

from thermophoresis.config.schedule import Stretch


class Cosine(Stretch):
    """Half a cosine from 1 to a floor, as ``torch.optim.lr_scheduler.CosineAnnealingLR``."""

    kind: Literal["cosine"]
    floor: Annotated[float, Field(ge=0, le=1)] = 0.0

    @property
    def largest(self) -> float:
        """The largest factor."""
        return 1.0

    @property
    def vanishes(self) -> bool:
        """Whether a factor is 0."""
        return self.floor == 0

    @property
    def needs_length(self) -> bool:
        """It is stretched to its length."""
        return True

    def multiplier(self, place: Any, length: float, cos: Callable[[Any], Any]) -> Any:
        """Return the factor at places; see `Stretch.multiplier`."""
        share = place / length
        share = share * (share < 1) + (share >= 1)
        height = (1 + cos(math.pi * share)) / 2
        return self.floor * (1 - height) + height
