"""About p-values that were measured of each network, taken together."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class CombinedPValueClaim(ExperimentClaim):
    """About p-values that were measured of each network, taken together in each cell."""

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/{measurement}/{experiment}",
        "curves/{experiment}",
    )

    statistic: Literal["combined_p_value"]
    measurement: str = Field(description="the kind of a measurement of the experiment's runs")
    variable: str = Field(description="the name of a variable that the measurement has")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _asks_for_a_small_one(self) -> "CombinedPValueClaim":
        if self.criterion.below is None or self.criterion.low is not None:
            raise ValueError(
                f"criterion: got {self.criterion}; must be below alone: of a p-value that is not "
                "small follows nothing"
            )
        return self
