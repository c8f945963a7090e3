"""A factor for every place that is passed."""

from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from thermophoresis.config.fields import Positive
from thermophoresis.config.problems import Problem, got, refuse
from thermophoresis.config.schedule import Stretch

Places = Annotated[tuple[Positive, ...], Field(strict=False, min_length=1)]


class Step(Stretch):
    """A factor for every place that is passed, as ``torch.optim.lr_scheduler.MultiStepLR``."""

    kind: Literal["step"]
    at: Places = Field(description="a list of increasing numbers > 0")
    factor: Positive = Field(description="a number > 0, by which is multiplied at each")

    @field_validator("at")
    @classmethod
    def _increasing(cls, at: tuple[float, ...]) -> tuple[float, ...]:
        if any(late <= early for early, late in pairwise(at)):
            raise refuse(Problem(("at",), f"{got(list(at))}; must increase"))
        return at

    @property
    def largest(self) -> float:
        """The largest factor."""
        return max(1.0, self.factor ** len(self.at))

    def multiplier(self, place: Any, length: float, cos: Callable[[Any], Any]) -> Any:
        """Return the factor at places; see `Stretch.multiplier`."""
        found = 1.0
        for at in self.at:
            passed = place >= at
            found = found * (self.factor * passed + (1 - passed))
        return found
