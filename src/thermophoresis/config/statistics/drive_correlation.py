"""About the rank correlation of η/|B| with an observable, over the networks of all cells."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class DriveCorrelationClaim(ExperimentClaim):
    """About Spearman's ρ of η/|B| and an observable, over the networks of all cells.

    Attributes
    ----------
    observable
        The observable.
    where
        Networks are taken at the last record, at the largest ηt that all cells have, or where
        another observable first rises to a level.
    reaches, level
        That observable, and to what it rises.
    """

    statistic: Literal["drive_correlation"]
    observable: PlainObservable = Field(description="an observable")
    where: Literal["end", "training_time", "level"] = "end"
    reaches: PlainObservable | None = None
    level: float | None = None
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _there_is_a_level(self) -> "DriveCorrelationClaim":
        given = (self.reaches is not None, self.level is not None)
        if self.where == "level" and not all(given):
            raise ValueError("must have reaches and level with where: level")
        if self.where != "level" and any(given):
            raise ValueError(f"reaches and level must be left out with where: {self.where}")
        if self.reaches == self.observable:
            raise ValueError(f"reaches must be another observable than {self.observable}")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, *([self.reaches] if self.reaches else []))
