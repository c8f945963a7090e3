"""About the distance of the activation rate from the slow flow, which has no free parameter."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.problems import Problem
from thermophoresis.config.slow_flow import WHOSE, has_slow_flow
from thermophoresis.config.sweep import Point


class DistanceFromTheoryClaim(ExperimentClaim):
    """About the distance of the activation rate from the slow flow, which has no free parameter."""

    statistic: Literal["distance_from_theory"]
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return ("activation_rate", "activation_rate_unit")

    def problems(self, cells: Sequence[Point]) -> Iterator[Problem]:
        """Yield a problem if there is no slow flow of some cell."""
        for cell in cells:
            if not has_slow_flow(cell.training):
                message = f"got {self.statistic!r}, which is not of {cell}; must be of {WHOSE}"
                yield Problem(("statistic",), message)
                return
