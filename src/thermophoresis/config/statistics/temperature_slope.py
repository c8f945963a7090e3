"""About how a measured quantity grows with the temperature of SGD."""

from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class TemperatureSlopeClaim(ExperimentClaim):
    """About the slope of a measured quantity on ln(η/|B|) over the cells of an experiment."""

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/{measurement}/{experiment}",
        "curves/{experiment}",
    )

    statistic: Literal["temperature_slope"]
    measurement: str = Field(description="the kind of a measurement of the experiment's runs")
    variable: str = Field(description="the name of a variable that the measurement has")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)
