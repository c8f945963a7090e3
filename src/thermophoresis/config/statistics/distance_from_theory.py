"""About the distance of the activation rate from the slow flow, which has no free parameter."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class DistanceFromTheoryClaim(ExperimentClaim):
    """About the distance of the activation rate from the slow flow, which has no free parameter."""

    statistic: Literal["distance_from_theory"]
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return ("activation_rate", "activation_rate_unit")
