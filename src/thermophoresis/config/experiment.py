"""One network and data set, trained in every cell of its sweeps with every seed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.fields import LISTED, Rates, Seeds, Settings
from thermophoresis.config.measurement import ByKind
from thermophoresis.config.problems import Problem, choice, refuse
from thermophoresis.config.records import grid_of
from thermophoresis.config.run import Training
from thermophoresis.config.sampling import BatchSize, finite_size, in_numbers, without_a_size
from thermophoresis.config.schedule import schedule_of
from thermophoresis.config.timing import length, uncountable
from thermophoresis.config.until import end_of


class Sweep(Settings):
    """A grid of cells: every learning rate with every batch size."""

    learning_rate: Rates = Field(description="a list of numbers > 0")
    batch_size: Annotated[tuple[BatchSize, ...], *LISTED] = (1,)


Sweeps = Annotated[tuple[Sweep, ...], Field(strict=False, min_length=1)]


class Experiment(Training):
    """One network and data set, trained in every cell of its sweeps with every seed."""

    seeds: Seeds = (0, 1, 2, 3)
    measure: ByKind = Field(default_factory=dict)
    # Last, because its check looks at the settings before it.
    sweeps: Sweeps = Field(description="a list of mappings with learning_rate and batch_size")

    @field_validator("measure")
    @classmethod
    def _can_be_measured(cls, measure: ByKind, info: ValidationInfo) -> ByKind:
        if measure and info.data.get("snapshots") == 0:
            message = (
                f"got {', '.join(measure)}; must be {{}} (or left out) with snapshots: 0, "
                "at which nothing can be measured"
            )
            raise refuse(Problem(("measure",), message))
        problems = [
            Problem(("measure", kind, *problem.path), problem.message)
            for kind, measurement in measure.items()
            for problem in measurement.problems(info.data)
        ]
        if problems:
            raise refuse(*problems)
        return measure

    @field_validator("sweeps")
    @classmethod
    def _cells_can_be_trained(
        cls, sweeps: tuple[Sweep, ...], info: ValidationInfo
    ) -> tuple[Sweep, ...]:
        size = finite_size(info.data.get("data"), info.data.get("training_set_size"))
        schedule = schedule_of(info.data.get("dynamics"))
        times = schedule.largest_batch if schedule else 1.0
        unsized = list(_unsized_batches(sweeps, size, times))
        if any("full" in sweep.batch_size for sweep in sweeps):
            if unsized:
                raise refuse(*unsized)
            sweeps = tuple(_in_numbers(sweep, size) for sweep in sweeps)
        problems = [
            *unsized,
            *_unrecordable(sweeps, info.data),
        ]
        if problems:
            raise refuse(*problems)
        return sweeps

    def cells(self) -> tuple[tuple[float, int], ...]:
        """Return the distinct (learning rate, batch size) of all sweeps, sorted."""
        return _cells(self.sweeps)


def outside(at: Mapping[str, int | str], experiment: Experiment, name: str) -> Iterator[Problem]:
    """Yield the coordinates that a network does not have, with paths from the setting ``at`` on.

    Parameters
    ----------
    at
        Which curve of an observable that the experiment records.
    experiment, name
        Whose network it is. What it does not say of its axes the job finds out.
    """
    network = experiment.network
    for axis, coordinate in at.items():
        if isinstance(coordinate, str):
            known = network.parameter_names(several_classes=experiment.data.are_images)
            if known is not None and coordinate not in known:
                message = f"got {coordinate!r}; {choice(coordinate, known)} in experiment {name}"
                yield Problem(("at", axis), message)
        elif coordinate > (length := network.axes.get(axis, coordinate)):
            message = f"got {coordinate}; must be one of 1, …, {length} in experiment {name}"
            yield Problem(("at", axis), message)


def _cells(sweeps: Sequence[Sweep]) -> tuple[tuple[float, int], ...]:
    """Return the union of the sweeps' grids, sorted."""
    grids = (product(sweep.learning_rate, sweep.batch_size) for sweep in sweeps)
    return tuple(sorted({cell for grid in grids for cell in grid}))


def _unsized_batches(sweeps: Sequence[Sweep], size: int | None, times: float) -> Iterator[Problem]:
    """Yield the batch sizes that a training set cannot fill, or that need its size.

    Parameters
    ----------
    sweeps
        They are theirs.
    size
        Samples in the training set, where settings tell it.
    times
        The largest factor of a schedule.
    """
    for index, sweep in enumerate(sweeps):
        for position, batch_size in enumerate(sweep.batch_size):
            if message := without_a_size(batch_size, size, times):
                yield Problem(("sweeps", index, "batch_size", position), message)


def _in_numbers(sweep: Sweep, size: int | None) -> Sweep:
    return sweep.model_copy(update={"batch_size": in_numbers(sweep.batch_size, size)})


def _unrecordable(sweeps: Sequence[Sweep], valid: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the rates with so few steps that records coincide, or with too many to count."""
    if not {"thermal_time_end", "until", "records", "record_spacing"} <= valid.keys():
        return
    records, spacing = valid["records"], valid["record_spacing"]
    end = end_of(valid["until"], valid["thermal_time_end"])
    grid, schedule = grid_of(records, spacing, end), schedule_of(valid.get("dynamics"))
    what = f"{grid.records} records" + (f" with {spacing} spacing" if spacing else "")
    for index, sweep in enumerate(sweeps):
        for position, learning_rate in enumerate(sweep.learning_rate):
            path = ("sweeps", index, "learning_rate", position)
            size = finite_size(valid.get("data"), valid.get("training_set_size"))
            lengths = [
                length(schedule, end, grid, learning_rate, batch_size, size)
                for batch_size in sweep.batch_size
            ]
            for words in uncountable(end, lengths, what):
                yield Problem(path, f"got {learning_rate}; {words}")
