"""What claims about a measurement of an experiment's runs have."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class MeasuredClaim(ExperimentClaim):
    """About a measurement of the runs of an experiment; curves tell which networks are dead."""

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/{measurement}/{experiment}",
        "curves/{experiment}",
    )

    measurement: str = Field(description="the kind of a measurement of the experiment's runs")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)


class VariableClaim(MeasuredClaim):
    """About one variable of such a measurement."""

    variable: str = Field(description="the name of a variable that the measurement has")


class SnapshotsClaim(MeasuredClaim):
    """About such a measurement at all snapshots or the first of them.

    Attributes
    ----------
    thermal_time_at_most
        Until which η²t/|B| snapshots count; None for all.
    """

    thermal_time_at_most: Positive | None = None

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        raise NotImplementedError
