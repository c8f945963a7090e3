"""What settings of every kind of measurement have, and what determines the file of one."""

from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import Field

from thermophoresis.config import kinds
from thermophoresis.config.fields import Settings
from thermophoresis.config.run import RunSettings


class Measurement(Settings):
    """A costly quantity; each kind declares what its jobs need.

    Attributes
    ----------
    environment
        Name of the conda environment that it is evaluated in.
    memory_mb
        Memory of the first attempt.
    """

    environment: ClassVar[str] = "train-cpu"  # on CPUs, whatever training takes
    memory_mb: ClassVar[int] = 4000

    kind: str

    def of(self, run: RunSettings) -> Self:
        """Return the settings with which a run is measured: nothing is left open."""
        return self


if TYPE_CHECKING:
    AnyMeasurement = Measurement
else:
    AnyMeasurement = kinds.one_of("measurements")


class MeasureSettings(Settings):
    """All that determines the file of one measurement, besides what the runs have left.

    Attributes
    ----------
    measurement
        What is measured, and how.
    runs
        Of what: one run, a pair, or none.
    """

    measurement: AnyMeasurement
    runs: Annotated[tuple[RunSettings, ...], Field(strict=False, max_length=2)]

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file, with those that are found by kind."""
        kind = self.measurement.kind
        found = {
            module
            for run in self.runs
            for module in (
                f"networks.{run.network.kind}",
                f"config.networks.{run.network.kind}",
                f"config.dynamics.{run.dynamics.kind}",
                f"data.{run.data.kind}",
                f"config.data.{run.data.kind}",
            )
        }
        return (
            "measurements.job",
            f"measurements.{kind}",
            f"config.measurements.{kind}",
            *sorted(found),
        )
