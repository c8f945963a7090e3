"""One network and data set, trained in every cell of its sweeps with every seed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.fields import LISTED, Rates, Seeds, Settings
from thermophoresis.config.measurement import ByKind
from thermophoresis.config.problems import Problem, choice, refuse
from thermophoresis.config.run import Training, steps_to
from thermophoresis.config.sampling import BatchSize, finite_size, in_numbers, without_a_size

# Steps are counted in float64 on the way to the grid of records; beyond this they are not exact.
LARGEST_STEP = 2**53


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
        unsized = list(_unsized_batches(sweeps, size))
        if any("full" in sweep.batch_size for sweep in sweeps):
            if unsized:
                raise refuse(*unsized)
            sweeps = tuple(_in_numbers(sweep, size) for sweep in sweeps)
        problems = [
            *unsized,
            *_unrecordable(
                sweeps,
                info.data.get("thermal_time_end"),
                info.data.get("records"),
                info.data.get("record_spacing"),
            ),
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


def _unsized_batches(sweeps: Sequence[Sweep], size: int | None) -> Iterator[Problem]:
    """Yield the batch sizes that a training set cannot fill, or that need its size."""
    for index, sweep in enumerate(sweeps):
        for position, batch_size in enumerate(sweep.batch_size):
            if message := without_a_size(batch_size, size):
                yield Problem(("sweeps", index, "batch_size", position), message)


def _in_numbers(sweep: Sweep, size: int | None) -> Sweep:
    return sweep.model_copy(update={"batch_size": in_numbers(sweep.batch_size, size)})


def _unrecordable(
    sweeps: Sequence[Sweep],
    thermal_time_end: float | None,
    records: int | None,
    record_spacing: str | None,
) -> Iterator[Problem]:
    """Yield the rates with so few steps that records coincide, or with too many to count."""
    if thermal_time_end is None or records is None or record_spacing is None:
        return
    # The first two records are the closest; they need a step between them.
    needed = (records - 1) ** (2 if record_spacing == "quadratic" else 1)
    for index, sweep in enumerate(sweeps):
        for position, learning_rate in enumerate(sweep.learning_rate):
            path = ("sweeps", index, "learning_rate", position)
            fewest = steps_to(learning_rate, min(sweep.batch_size), thermal_time_end)
            most = steps_to(learning_rate, max(sweep.batch_size), thermal_time_end)
            if needed > fewest * (1 + 1e-12):  # η² is rounded
                yield Problem(
                    path,
                    f"got {learning_rate}; must take at least {needed} steps for {records} records "
                    f"with {record_spacing} spacing, not {fewest:.4g}: lower the rate or records, "
                    "or raise thermal_time_end",
                )
            if most > LARGEST_STEP:
                yield Problem(
                    path,
                    f"got {learning_rate}; must take at most {LARGEST_STEP:.0e} steps, "
                    f"not {most:.0e}: raise the rate or lower thermal_time_end",
                )
