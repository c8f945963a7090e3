"""About how the speed at which an observable moves follows the error."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ObservableClaim


class DriftErrorClaim(ObservableClaim):
    """About how the speed at which an observable moves follows the error."""

    statistic: Literal["drift_error_correlation"]

    @model_validator(mode="after")
    def _two_things_are_correlated(self) -> "DriftErrorClaim":
        if self.observable == "squared_error":
            raise ValueError("observable must be another than squared_error, its own counterpart")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, "squared_error")
