"""One factor all along."""

from collections.abc import Callable
from typing import Any, Literal

from thermophoresis.config.fields import Positive
from thermophoresis.config.schedule import Stretch


class Constant(Stretch):
    """One factor all along."""

    kind: Literal["constant"]
    factor: Positive = 1.0

    @property
    def largest(self) -> float:
        """The only factor."""
        return self.factor

    def multiplier(self, place: Any, length: float, cos: Callable[[Any], Any]) -> Any:
        """Return the factor at places; see `Stretch.multiplier`."""
        return self.factor + 0 * place
