"""About how well any two cells of an experiment coincide on a rescaled axis."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.observable import At, ObservableName


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
