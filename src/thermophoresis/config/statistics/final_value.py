"""About the mean of an observable at the last record, in every cell with what is asked for."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class FinalValueClaim(ExperimentClaim):
    """About the mean of an observable at the last record, in every cell with what is asked for."""

    statistic: Literal["final_value"]
    observable: PlainObservable = Field(description="an observable")
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)
