"""About ‖V‖² in units of the level that noise and mean force hold with all else frozen."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class NormPlateauClaim(ExperimentClaim):
    """About ‖V‖² in units of the level that noise and mean force hold with all else frozen."""

    statistic: Literal["norm_plateau"]
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return ("second_layer_norm",)
