"""About how measured quantities change from cell to cell with another one."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from thermophoresis.config.measured_claim import SnapshotsClaim


class SlopeOverCellsClaim(SnapshotsClaim):
    """About the slopes of measured quantities on another, over cells, at the last record."""

    statistic: Literal["slope_over_cells"]
    of: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="a list of names of variables that the measurement has"
    )
    on: str = Field(description="the name of a variable that the measurement has")

    @model_validator(mode="after")
    def _other_quantities(self) -> "SlopeOverCellsClaim":
        if self.on in self.of:
            raise ValueError(f"got {self.on} as both of and on; must be two quantities")
        if self.thermal_time_at_most is not None:
            raise ValueError("thermal_time_at_most must be left out: it is of the last record")
        return self

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("on",): self.on} | {("of", index): name for index, name in enumerate(self.of)}
