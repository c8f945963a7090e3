"""About how well an observable being lower agrees with more noise, across networks."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class DriveAgreementClaim(ExperimentClaim):
    """About how well an observable being lower agrees with a larger η/|B|, at equal loss.

    Attributes
    ----------
    lower
        The observable.
    equal
        The loss that is equal.
    """

    statistic: Literal["drive_agreement"]
    lower: PlainObservable = Field(description="an observable")
    equal: Literal["loss", "train_loss"] = "loss"
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _two_observables(self) -> "DriveAgreementClaim":
        if self.lower == self.equal:
            raise ValueError(f"lower must be another than {self.equal}, which is equal")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.lower, self.equal)
