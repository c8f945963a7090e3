"""About ‖V‖² in units of the level that noise and mean force hold with all else frozen."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.labels import regime
from thermophoresis.config.problems import Problem
from thermophoresis.config.sweep import Point

FAIR = (("resampled", 1), "cross_entropy")


class NormPlateauClaim(ExperimentClaim):
    """About ‖V‖² in units of the level that noise and mean force hold with all else frozen."""

    statistic: Literal["norm_plateau"]
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return ("second_layer_norm",)

    def problems(self, cells: Sequence[Point]) -> Iterator[Problem]:
        """Yield a problem if there is no level of some cell, or not one number of units."""
        for cell in cells:
            network, labels = cell.training.network, regime(cell.training.labels)
            if (network.kind, labels, cell.training.loss) != ("two_layer", *FAIR):
                message = f"got {self.statistic!r}, which is not of {cell}; must be of two_layer "
                message += "networks trained with cross entropy and resampled labels"
                yield Problem(("statistic",), message)
                return
        if len(hidden := sorted({cell.training.network.hidden for cell in cells})) > 1:
            message = f"got {self.statistic!r}; must be of cells with one number of hidden units, "
            yield Problem(("statistic",), f"{message}not {', '.join(map(str, hidden))}")
