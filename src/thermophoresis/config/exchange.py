"""What claims about cells that exchange η for |B| have."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import LISTED, Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable

Factors = Annotated[tuple[Annotated[float, Field(gt=1)], ...], *LISTED]


class ExchangeClaim(ExperimentClaim):
    """About cells that exchange η for |B|, beside one of them.

    Attributes
    ----------
    base_rate, base_batch
        η₀ and |B|₀ of that one.
    factors
        β = |B|/|B|₀ of the others.
    cells
        What all have on further axes.
    """

    observable: PlainObservable = Field(description="an observable")
    base_rate: Positive
    base_batch: Count
    factors: Factors = Field(description="a list of numbers > 1")
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)
