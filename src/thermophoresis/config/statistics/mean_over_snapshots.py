"""About the mean over snapshots of measured quantities."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from thermophoresis.config.measured_claim import SnapshotsClaim


class MeanOverSnapshotsClaim(SnapshotsClaim):
    """About the mean over snapshots of one measured quantity, or of each of several."""

    statistic: Literal["mean_over_snapshots"]
    of: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="a list of names of variables that the measurement has"
    )

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("of", index): name for index, name in enumerate(self.of)}
