"""One network and data set, trained in every cell of its sweeps with every seed."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.fields import BatchSizes, Rates, Seeds, Settings
from thermophoresis.config.measurement import ByKind
from thermophoresis.config.problems import Problem, choice, refuse
from thermophoresis.config.run import Training, steps_to

# Steps are counted in float64 on the way to the grid of records; beyond this they are not exact.
LARGEST_STEP = 2**53


class Sweep(Settings):
    """A grid of cells: every learning rate with every batch size."""

    learning_rate: Rates = Field(description="a list of numbers > 0")
    batch_size: BatchSizes = (1,)


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
        problems = [
            *_oversized_batches(sweeps, info.data.get("training_set_size")),
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


def _oversized_batches(sweeps: Sequence[Sweep], training_set_size: int | None) -> Iterator[Problem]:
    """Yield the batch sizes that a finite training set cannot fill."""
    if training_set_size is None:
        return
    for index, sweep in enumerate(sweeps):
        for position, batch_size in enumerate(sweep.batch_size):
            if batch_size > training_set_size:
                yield Problem(
                    ("sweeps", index, "batch_size", position),
                    f"got {batch_size}; must be <= training_set_size ({training_set_size})",
                )


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
