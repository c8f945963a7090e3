"""About whether networks with a larger error move faster, at one time."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ObservableClaim


class DriftErrorAtEqualTimeClaim(ObservableClaim):
    """About whether networks with a larger error move faster, at one time."""

    statistic: Literal["drift_error_at_equal_time"]

    @model_validator(mode="after")
    def _two_things_are_correlated(self) -> "DriftErrorAtEqualTimeClaim":
        if self.observable == "squared_error":
            raise ValueError("observable must be another than squared_error, its own counterpart")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, "squared_error")
