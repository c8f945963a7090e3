"""About ends of phases of low and of high η/|B|, one after the other."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class PhaseContrastClaim(ExperimentClaim):
    """About ends of phases of low η/|B|, less those of high ones before and after.

    Attributes
    ----------
    observable
        What is recorded, or None beside a variable of a measurement.
    measurement, variable
        What has been measured, at every record.
    first
        Which of the two comes first: its phases end at the records 1, 3, ….
    relative
        Of logarithms: small differences are shares of what is there.
    """

    statistic: Literal["phase_contrast"]
    observable: PlainObservable | None = None
    measurement: str | None = None
    variable: str | None = None
    first: Literal["high", "low"] = "high"
    relative: bool = True
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_of_one_thing(self) -> "PhaseContrastClaim":
        if (self.observable is None) == (self.variable is None):
            raise ValueError("must have either observable, or measurement and variable")
        if (self.measurement is None) != (self.variable is None):
            raise ValueError("must have both of measurement and variable, or none")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return () if self.observable is None else (self.observable,)

    @property
    def reads(self) -> tuple[str, ...]:
        """What it is judged from: paths in the folder of results, without the ending."""
        if self.measurement is None:
            return (self.curves,)
        return (f"measurements/{self.measurement}/{self.experiment}", self.curves)
