"""About whether a scale of the noise makes the excess loss of different networks and data alike."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class EqualisedSpreadClaim(ExperimentClaim):
    """About the spread of the excess loss over cells at one η/|B| times a scale of the noise.

    Attributes
    ----------
    observable
        What there is an excess of over its value at the smallest η.
    scale
        By which noise differs between cells.
    """

    statistic: Literal["equalised_spread"]
    observable: PlainObservable = Field(description="an observable")
    scale: PlainObservable = Field(description="an observable")
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, self.scale)
