"""About whether noise makes ‖V‖² grow as fast as the mean force makes it fall."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class NormBalanceClaim(ExperimentClaim):
    """About whether noise makes ‖V‖² grow as fast as the mean force makes it fall."""

    statistic: Literal["norm_balance"]
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return ("drift_budget",)
