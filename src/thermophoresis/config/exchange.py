"""What claims about cells that exchange η for |B| have."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import LISTED, Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable

Factor = Annotated[float, Field(gt=1)]
# One or more, in a list, each once; or any number of them.
Factors = Annotated[tuple[Factor, ...], *LISTED]
AnyFactors = Annotated[tuple[Factor, ...], Field(strict=False)]


class ExchangeClaim(ExperimentClaim):
    """About cells that exchange η for |B|, beside one of them.

    Attributes
    ----------
    base_rate, base_batch
        η₀ and |B|₀ of that one.
    cells
        What all have on further axes.
    """

    observable: PlainObservable = Field(description="an observable")
    base_rate: Positive
    base_batch: Count
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)
