"""About an observable of different learning rates at equal loss."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ObservableClaim


class EqualErrorClaim(ObservableClaim):
    """About an observable of different learning rates at equal loss."""

    statistic: Literal["gap_at_equal_loss"]
    equal: Literal["loss", "train_loss"] = "loss"

    @model_validator(mode="after")
    def _rates_are_compared(self) -> "EqualErrorClaim":
        if self.batch_size is None:
            raise ValueError("gap_at_equal_loss must have batch_size: what the cells share")
        if self.compared != "learning_rate":
            raise ValueError(f"got compare: {self.compare}; gap_at_equal_loss must do without")
        if self.observable == self.equal:
            raise ValueError(
                f"observable must be another than {self.equal}, which is equal by construction"
            )
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, self.equal)
