"""About how much of what slows an observable down the error explains."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ObservableClaim


class SlowdownExplainedClaim(ObservableClaim):
    """About how much of what slows an observable down the error explains."""

    statistic: Literal["slowdown_explained"]

    @model_validator(mode="after")
    def _another_is_explained(self) -> "SlowdownExplainedClaim":
        if self.observable == "squared_error":
            raise ValueError("observable must be another than squared_error, which is to explain")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, "squared_error")
