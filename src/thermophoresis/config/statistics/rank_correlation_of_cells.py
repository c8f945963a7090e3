"""About the rank correlation, over cells, of a measured quantity with a recorded one."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.measured_claim import SnapshotsClaim
from thermophoresis.config.observable import ObservableName


class RankCorrelationOfCellsClaim(SnapshotsClaim):
    """About Kendall's τ, over cells, of a measured and a recorded quantity, at the last record.

    Attributes
    ----------
    given
        The measured quantity that is held fixed; None for none.
    """

    read_from: ClassVar[tuple[str, ...]] = (
        "curves/{experiment}",
        "measurements/{measurement}/{experiment}",
    )

    statistic: Literal["rank_correlation_of_cells"]
    observable: ObservableName
    of: str = Field(description="the name of a variable that the measurement has")
    given: str | None = None

    @model_validator(mode="after")
    def _two_quantities(self) -> "RankCorrelationOfCellsClaim":
        if self.of == self.given:
            raise ValueError(f"got {self.of} as both of and given; must be two quantities")
        if self.thermal_time_at_most is not None:
            raise ValueError("thermal_time_at_most must be left out: it is of the last record")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)

    @property
    def variables(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of variables of the measurement, by the paths of the settings that name them."""
        named = {("of",): self.of, ("given",): self.given}
        return {path: name for path, name in named.items() if name is not None}
