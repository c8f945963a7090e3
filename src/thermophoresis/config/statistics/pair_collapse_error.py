"""About how well any two cells of an experiment coincide on a rescaled axis."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.observable import At, ObservableName
from thermophoresis.config.problems import Problem
from thermophoresis.config.selection import ROUNDING
from thermophoresis.config.sweep import Point


class PairCollapseClaim(ExperimentClaim):
    """About how well any two cells of an experiment coincide as functions of t η^α / |B|^β.

    Attributes
    ----------
    among
        All pairs of cells, or those of equal η/|B| alone.
    """

    statistic: Literal["pair_collapse_error"]
    observable: ObservableName
    at: At = Field(default_factory=dict)
    rate_exponent: float = 0.0
    batch_exponent: float = 0.0
    among: Literal["all", "equal_noise"] = "all"

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)

    def problems(self, cells: Sequence[Point]) -> Iterator[Problem]:
        """Yield a problem if there is no pair of cells."""
        drives = [it.learning_rate / it.batch_size for it in cells]
        equal = any(abs(one - other) <= one * ROUNDING for one, other in combinations(drives, 2))
        if len(cells) < 2 or (self.among == "equal_noise" and not equal):
            least = "two cells of equal η/|B|" if self.among == "equal_noise" else "two cells"
            message = f"got {self.experiment!r}; must be one with {least} at least"
            yield Problem(("experiment",), message)
