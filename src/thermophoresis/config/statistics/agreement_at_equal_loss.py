"""About how well one observable being lower agrees with another being higher, across networks."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import CellsClaim
from thermophoresis.config.plain_observable import PlainObservable


class AgreementClaim(CellsClaim):
    """About how well one observable being lower agrees with another being higher, at equal loss.

    Attributes
    ----------
    lower, higher
        The observables.
    equal
        The loss that is equal.
    """

    statistic: Literal["agreement_at_equal_loss"]
    lower: PlainObservable = Field(description="an observable")
    higher: PlainObservable = Field(description="an observable")
    equal: Literal["loss", "train_loss"] = "loss"

    @model_validator(mode="after")
    def _three_observables(self) -> "AgreementClaim":
        if len({*self.observables}) < 3:
            raise ValueError(
                f"got {', '.join(self.observables)} as lower, higher and equal; must be three"
            )
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.lower, self.higher, self.equal)
