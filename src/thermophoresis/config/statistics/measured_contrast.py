"""About a measured quantity in one cell against that in another, at the last record."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import Name
from thermophoresis.config.measured_claim import SnapshotsClaim


class MeasuredContrastClaim(SnapshotsClaim):
    """About measured quantities in one cell against those in another, at the last record.

    Attributes
    ----------
    compare
        The axis along which the two differ: ``cells`` has both labels, the later one first.
    contrast
        Whether they are divided or subtracted.
    """

    statistic: Literal["measured_contrast"]
    of: Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        description="a list of names of variables that the measurement has"
    )
    compare: Name = Field(description="the axis along which the two cells differ")
    contrast: Literal["ratio", "difference"]

    @model_validator(mode="after")
    def _two_labels(self) -> "MeasuredContrastClaim":
        labels = self.cells.get(self.compare)
        if not isinstance(labels, tuple) or len(labels) != 2:
            raise ValueError(f"cells must have two labels of {self.compare}: of what and against")
        if self.thermal_time_at_most is not None:
            raise ValueError("thermal_time_at_most must be left out: it is of the last record")
        return self

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        return {("of", index): name for index, name in enumerate(self.of)}
