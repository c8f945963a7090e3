"""About every number that was measured of the runs of an experiment."""

from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class EveryValueClaim(ExperimentClaim):
    """About every number that was measured of the runs of an experiment, at all snapshots."""

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/{measurement}/{experiment}",
        "curves/{experiment}",
    )

    by_chance: ClassVar[bool] = False  # a count of all that was evaluated

    statistic: Literal["every_value"]
    measurement: str = Field(description="the kind of a measurement of the experiment's runs")
    variable: str = Field(description="the name of a variable that the measurement has")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)
