"""About how a late observable goes with η and |B|, and whether with η/|B| alone."""

from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.observable import At, ObservableName


class DriveExponentsClaim(ExperimentClaim):
    """About how a late observable goes with η and |B|, over cells that differ in both.

    Attributes
    ----------
    of
        The sum of its exponents, 0 where it goes with η/|B| alone; or the power of |B| with which
        it goes, as η/|B|^θ.
    """

    by_chance: ClassVar[bool] = True

    statistic: Literal["drive_exponents"]
    observable: ObservableName
    at: At = Field(default_factory=dict)
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)
    of: Literal["sum", "batch_power"] = "sum"

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)
