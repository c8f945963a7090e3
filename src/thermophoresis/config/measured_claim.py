"""What claims about a measurement of an experiment's runs at several snapshots have."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive


class SnapshotsClaim(ExperimentClaim):
    """About a measurement of the runs of an experiment, at all snapshots or the first of them.

    Attributes
    ----------
    thermal_time_at_most
        Until which η²t/|B| snapshots count; None for all.
    """

    read_from: ClassVar[tuple[str, ...]] = (
        "measurements/{measurement}/{experiment}",
        "curves/{experiment}",
    )

    measurement: str = Field(description="the kind of a measurement of the experiment's runs")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)
    thermal_time_at_most: Positive | None = None

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        raise NotImplementedError
