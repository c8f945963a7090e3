"""What claims about a measurement of an experiment's runs have."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field, model_validator

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.plain_observable import PlainObservable


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


class RecordedOrMeasuredClaim(ExperimentClaim):
    """About an observable of an experiment, or about a variable of a measurement of its runs.

    Attributes
    ----------
    observable
        What is recorded, or None beside a variable of a measurement.
    measurement, variable
        What has been measured.
    """

    observable: PlainObservable | None = None
    measurement: str | None = None
    variable: str | None = None
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_of_one_thing(self) -> "RecordedOrMeasuredClaim":
        if (self.observable is None) == (self.variable is None):
            raise ValueError("must have either observable, or measurement and variable")
        if (self.measurement is None) != (self.variable is None):
            raise ValueError("must have both of measurement and variable, or none")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return () if self.observable is None else (self.observable,)

    @property
    def reads(self) -> tuple[str, ...]:
        """What it is judged from: paths in the folder of results, without the ending."""
        if self.measurement is None:
            return (self.curves,)
        folders = f"measurements/{self.measurement}", "curves"
        return tuple(f"{folder}/{name}" for name in self.subjects for folder in folders)
