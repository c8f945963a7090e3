"""What settings of every kind of measurement have, and what determines the file of one."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config import kinds
from thermophoresis.config.fields import Axes, Count, Positive, Settings
from thermophoresis.config.problems import Problem, refuse
from thermophoresis.config.run import RunSettings
from thermophoresis.config.sweep import Point
from thermophoresis.config.training import Training

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment


def held_out_problems(samples: int | None, training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if a measurement asks for more held-out samples than there are."""
    probe_size = training.get("probe_size")
    if samples is not None and probe_size is not None and samples > probe_size:
        yield Problem(("samples",), f"got {samples}; must be <= probe_size ({probe_size})")


class Measurement(Settings):
    """A costly quantity; each kind declares what its jobs need.

    Attributes
    ----------
    measures
        Of how many runs it is one quantity: of one, of a pair, or of none.
    most_cells
        Among how many cells, at most, its pairs are, of a measurement of pairs.
    variables
        What claims can be about: variables of its files; of pairs with the dimensions (replica,
        record), and its axes.
    axes
        Dimensions of these variables, of a measurement of no run; further ones, of pairs.
    of_traces
        Whether it needs the traces of a run beside the snapshots.
    environment
        Name of the conda environment that it is evaluated in.
    memory_mb
        Memory of the first attempt.
    """

    measures: ClassVar[int] = 1
    most_cells: ClassVar[int] = 2
    variables: ClassVar[tuple[str, ...]]
    axes: ClassVar[tuple[str, ...]] = ()
    of_traces: ClassVar[bool] = False
    environment: ClassVar[str] = "train-cpu"  # on CPUs, whatever training takes
    memory_mb: ClassVar[int] = 4000

    kind: str

    @property
    def on_axes(self) -> Mapping[str, tuple[str, ...]]:
        """What is along the axes of a measurement of pairs."""
        return {}

    def of(self, run: RunSettings) -> Self:
        """Return the settings with which a run is measured: nothing is left open."""
        return self

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what is wrong between it and the valid settings of an experiment."""
        yield from ()

    def problems_of_cells(self, experiment: "Experiment", name: str) -> Iterator[Problem]:
        """Yield what is wrong between it and the cells of its experiment, which has a name."""
        yield from ()

    def made(self, cell: Point) -> tuple[str, ...]:
        """Return which of its variables the files of a cell have."""
        return self.variables

    def problems_of_pair(self, first: Training, second: Training) -> Iterator[str]:
        """Yield what two experiments must be like for it to be measured of their cells."""
        yield from ()

    def problems_among(self, cells: int) -> Iterator[Problem]:
        """Yield what is wrong between it and the number of cells that it is measured of."""
        if not 2 <= cells <= self.most_cells:
            several = "two" if self.most_cells == 2 else f"two to {self.most_cells}"
            yield Problem(("of",), f"got {cells} cells; must be a list of {several}")


def _of(runs: int) -> Callable[[], tuple[str, ...]]:
    """Return what finds the kinds of measurement that are of so many runs."""

    def found() -> tuple[str, ...]:
        every = kinds.names("measurements")
        return tuple(it for it in every if kinds.model("measurements", it).measures == runs)

    return found


if TYPE_CHECKING:
    AnyMeasurement = Measurement
    OfNone = Measurement
    OfPair = Measurement
    ByKind = dict[str, Measurement]
else:
    AnyMeasurement = kinds.one_of("measurements")
    OfNone = kinds.one_of("measurements", among=_of(0))
    OfPair = kinds.one_of("measurements", among=_of(2))
    ByKind = kinds.by_kind("measurements", among=_of(1), unknown="is not measured of one run")


class Cell(Settings):
    """One cell of an experiment."""

    experiment: str = Field(description="the name of an experiment")
    learning_rate: Positive = Field(description="one of the experiment")
    batch_size: Count = 1
    axes: Axes = Field(default_factory=dict)


class Pair(Settings):
    """A measurement of two cells, or of pairs among several, of each seed that all of them have.

    Attributes
    ----------
    measure
        What is measured.
    of
        The cells.
    """

    measure: OfPair = Field(description="a mapping with the kind of a measurement of two runs")
    of: Annotated[tuple[Cell, ...], Field(strict=False)] = Field(
        description="a list of two cells: mappings with experiment, learning_rate and batch_size"
    )

    @field_validator("of")
    @classmethod
    def _as_many_as_are_measured(
        cls, of: tuple[Cell, ...], info: ValidationInfo
    ) -> tuple[Cell, ...]:
        measure = info.data.get("measure")
        if measure is not None and (problems := [*measure.problems_among(len(of))]):
            raise refuse(*problems)
        return of


class MeasureSettings(Settings):
    """All that determines the file of one measurement, besides what the runs have left.

    Attributes
    ----------
    measurement
        What is measured, and how.
    runs
        Of what: one run, a pair or several of which pairs are measured, or none.
    """

    measurement: AnyMeasurement
    runs: Annotated[tuple[RunSettings, ...], Field(strict=False)]

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the file, with those that are found by kind."""
        kind = self.measurement.kind
        # What these settings are read with; of runs it is among what their kinds rest on.
        parts = ("evolution", "inputs", "labels", "network")
        read_with = () if self.runs else tuple(f"config.{part}" for part in parts)
        found = {
            module
            for run in self.runs
            for module in (
                *run.loss_modules,
                *run.schedule_modules,
                # What a run may record is asked of these whenever its settings are read.
                *(f"config.observables.{kind}" for kind in run.record or ()),
                f"networks.{run.network.kind}",
                f"config.networks.{run.network.kind}",
                f"config.dynamics.{run.dynamics.kind}",
                *run.data.modules,
                *run.network.files,
            )
        }
        return (
            "measurements.job",
            f"measurements.{kind}",
            f"config.measurements.{kind}",
            *sorted(found),
            *read_with,
            # By these, settings of runs are read even where nothing is timed.
            *("config.records", "config.schedule", "config.timing", "config.until"),
        )
