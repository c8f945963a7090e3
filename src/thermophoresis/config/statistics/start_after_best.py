"""About how much later one observable starts to rise than another is best."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class StartAfterBestClaim(ExperimentClaim):
    """About how much later, in ηt, one observable starts to rise than another is best.

    Attributes
    ----------
    rising
        What rises.
    level
        It starts where its mean first rises to this; None: where its mean is lowest.
    best
        The other: an accuracy is best where its mean is highest, a loss where it is lowest.
    """

    statistic: Literal["start_after_best"]
    rising: PlainObservable = Field(description="an observable")
    level: float | None = None
    best: Literal["accuracy", "loss"] = "accuracy"
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.rising, self.best)
