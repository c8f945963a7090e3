"""About a measurement of the runs of an experiment, at the last record or another one."""

from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class MeasuredValueClaim(ExperimentClaim):
    """About a measurement of the runs of an experiment, at the last record or another one.

    Attributes
    ----------
    snapshot
        At which record of the measurement, from 1 on; None for the last one.
    root
        Whether what was measured is a square, of whose mean the root is taken.
    """

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/{measurement}/{experiment}",
        "curves/{experiment}",
    )

    statistic: Literal["measured_value"]
    measurement: str = Field(description="the kind of a measurement of the experiment's runs")
    variable: str = Field(description="the name of a variable that the measurement has")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)
    snapshot: Count | None = None
    root: bool = False
