"""About whether the noise's own scale acts as η/|B| does."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Axes, Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


class NoiseExponentsClaim(ExperimentClaim):
    """About the exponent of κ² less that of η/|B|, of what is there late in training.

    Attributes
    ----------
    observable
        What is recorded, or None beside a variable of a measurement.
    quantity
        ``value``: its mean; ``excess``: that over what it is without noise, network by network;
        ``spread``: the variance of that over networks, which goes as the excess does.
    measurement, variable
        What has been measured, at the last record.
    noise_free
        What the cell without noise has on further axes; with excess and spread.
    """

    statistic: Literal["noise_exponents"]
    quantity: Literal["value", "excess", "spread"] = "value"
    observable: PlainObservable | None = None
    measurement: str | None = None
    variable: str | None = None
    noise_free: Axes = Field(default_factory=dict)
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_of_one_thing(self) -> "NoiseExponentsClaim":
        if (self.observable is None) == (self.variable is None):
            raise ValueError("must have either observable, or measurement and variable")
        if (self.measurement is None) != (self.variable is None):
            raise ValueError("must have both of measurement and variable, or none")
        if bool(self.noise_free) == (self.quantity == "value"):
            raise ValueError("must have noise_free with excess and spread, and with these alone")
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
