"""About the speed at which an observable moves, early and late."""

from typing import Literal

from thermophoresis.config.claim import ObservableClaim


class EarlyToLateDriftClaim(ObservableClaim):
    """About the speed at which an observable moves, early and late."""

    statistic: Literal["early_to_late_drift"]

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, "squared_error")
