"""About an observable in one cell less that in others, at equal loss and equal last rate."""

from typing import Literal

from pydantic import model_validator

from thermophoresis.config.claim import ObservableClaim
from thermophoresis.config.fields import Positive


class EqualLossClaim(ObservableClaim):
    """About an observable in one cell less that in others, at equal loss and equal last rate.

    Attributes
    ----------
    equal
        The loss that is equal.
    loss_at_most
        Levels of it count up to this one; None for all that are reached.
    """

    statistic: Literal["difference_at_equal_loss"]
    equal: Literal["loss", "train_loss"] = "loss"
    loss_at_most: Positive | None = None

    @model_validator(mode="after")
    def _labels_are_compared(self) -> "EqualLossClaim":
        if self.compare is None or not isinstance(self.cells.get(self.compare), tuple):
            raise ValueError(
                "difference_at_equal_loss must have compare, and several labels along it in cells: "
                "first that whose observable is told, then those it is compared with"
            )
        if self.observable == self.equal:
            raise ValueError(
                f"observable must be another than {self.equal}, which is equal by construction"
            )
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, self.equal)
