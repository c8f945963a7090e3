"""One network and data set, trained in every cell of its sweep with every seed."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from thermophoresis.config.fields import LONGEST_FILE, Seeds
from thermophoresis.config.measurement import ByKind, Cell
from thermophoresis.config.problems import Problem, again, got, refuse
from thermophoresis.config.records import grid_of
from thermophoresis.config.run import run_name
from thermophoresis.config.sampling import without_a_size
from thermophoresis.config.schedule import schedule_of
from thermophoresis.config.sweep import Point, Sweep, Swept, same
from thermophoresis.config.sweep_cells import Cells, iterate, size_of, sized
from thermophoresis.config.sweep_reading import Place, Reading
from thermophoresis.config.timing import length, uncountable
from thermophoresis.config.training import Training
from thermophoresis.config.until import end_of


class Experiment(Training):
    """One network and data set, trained in every cell of its sweep with every seed.

    Settings that vary from cell to cell are here those of the first; see `cells`.
    """

    seeds: Seeds = (0, 1, 2, 3)
    measure: ByKind = Field(default_factory=dict)
    # Last, because its check looks at the settings before it.
    sweep: Any = Field(
        description="a mapping with learning_rate and lists of other settings, or a list of them"
    )

    @model_validator(mode="wrap")
    @classmethod
    def _is_read_with_what_varies(cls, value: Any, handler: Any) -> Any:
        keys = [key for key in ("sweep", "sweeps") if isinstance(value, Mapping) and key in value]
        if not keys:
            return handler(value)
        reading = Reading(value, keys[-1])
        if len(keys) == 2:
            message = "must be left out: it is another name of sweep, which is given"
            reading.problems.append(Problem(("sweeps",), message))
        others = {name: value[name] for name in value if name not in keys}
        try:
            return handler({**others, **reading.first, "sweep": reading})
        except ValidationError as error:
            if not reading.paths:
                raise
            # Of settings of runs the sweep tells, which has read them for each cell.
            runs = Training.model_fields.keys()
            untold = again(error, lambda where: not {*where[:1]} & runs)
            raise (untold if untold.error_count() else error) from None

    @field_validator("measure")
    @classmethod
    def _can_be_measured(cls, measure: ByKind, info: ValidationInfo) -> ByKind:
        if measure and info.data.get("snapshots") == 0:
            message = (
                f"got {', '.join(measure)}; must be {{}} (or left out) with snapshots: 0, "
                "at which nothing can be measured"
            )
            raise refuse(Problem(("measure",), message))
        problems = list(_unmeasurable(measure, info.data))
        if problems:
            raise refuse(*problems)
        return measure

    @field_validator("sweep", mode="plain")
    @classmethod
    def _cells_can_be_trained(cls, reading: Reading, info: ValidationInfo) -> Swept:
        problems = list(reading.problems)
        cells = Cells(reading) if reading.paths else None
        if cells:
            problems += cells.problems
            settings = [(where, grid, dict(training)) for where, grid, training in iterate(cells)]
        else:
            settings = [(it.where, it.grid, info.data) for it in reading.variations if it.grid]
        for where, grid, training in settings:
            found = list(_unsized_batches(where, grid, training))
            found = found or list(_unrecordable(where, sized(grid, training), training))
            if cells:  # of those of the experiment it is said already
                found += _unmeasurable(info.data.get("measure", {}), training)
            problems += [it for it in found if it not in problems]
        if problems:
            raise refuse(*problems)
        if cells:
            longest = max((_file_of(it) for it in cells.points), key=len, default="")
            if len(longest) > LONGEST_FILE:
                message = f"{got(longest)}, the file of a run; must have at most {LONGEST_FILE} "
                raise refuse(Problem((), f"{message}characters: give shorter names"))
            paths = {axis: ".".join(path) for path, axis in cells.names.items()}
            return Swept(cells.points, paths)
        grids = [sized(grid, info.data) for _, grid, _ in settings]
        pairs = {it for grid in grids for it in product(grid.learning_rate, grid.batch_size)}
        return Swept(tuple(Point(*pair, {}) for pair in sorted(pairs)), {})

    def cells(self) -> tuple[Point, ...]:
        """Return the distinct cells, sorted, each with the settings of its runs."""
        points: tuple[Point, ...] = self.sweep.points
        return tuple(it if it.training else it._replace(training=self) for it in points)

    def cell(self, wanted: Cell) -> Point | None:
        """Return the cell that a pair names, None if there is none."""
        found = (
            it
            for it in self.cells()
            if (it.learning_rate, it.batch_size) == (wanted.learning_rate, wanted.batch_size)
            and it.axes.keys() == wanted.axes.keys()
            and all(same(label, wanted.axes[axis]) for axis, label in it.axes.items())
        )
        return next(found, None)

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the axes along which cells differ besides learning rate and batch size."""
        return tuple(self.sweep.paths)

    @property
    def paths(self) -> dict[str, str]:
        """Of the settings that vary along these axes, with dots."""
        return dict(self.sweep.paths)

    @property
    def varied(self) -> tuple[str, ...]:
        """Settings of runs that are not the same in all cells, sorted."""
        trainings = [cell.training for cell in self.cells()]
        return tuple(
            name
            for name in sorted(Training.model_fields)
            if any(getattr(it, name) != getattr(trainings[0], name) for it in trainings)
        )


def _file_of(cell: Point) -> str:
    """Return what the runs of a cell are called in their folder, but for the seed."""
    return run_name("", cell.learning_rate, cell.batch_size, 0, cell.axes).lstrip("/")


def _unmeasurable(measure: ByKind, training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between measurements and the settings of runs."""
    for kind, measurement in measure.items():
        for problem in measurement.problems(training):
            yield Problem(("measure", kind, *problem.path), problem.message)


def _unsized_batches(where: Place, sweep: Sweep, training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the batch sizes that a training set cannot fill, or that need its size."""
    schedule = schedule_of(training.get("dynamics"))
    times = schedule.largest_batch if schedule else 1.0
    for position, batch_size in enumerate(sweep.batch_size):
        if message := without_a_size(batch_size, size_of(training), times):
            yield Problem((*where, "batch_size", position), message)


def _unrecordable(where: Place, sweep: Sweep, training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the rates with so few steps that records coincide, or with too many to count."""
    if not {"thermal_time_end", "until", "records", "record_spacing"} <= training.keys():
        return
    records, spacing = training["records"], training["record_spacing"]
    end = end_of(training["until"], training["thermal_time_end"])
    grid, schedule = grid_of(records, spacing, end), schedule_of(training.get("dynamics"))
    what = f"{grid.records} records" + (f" with {spacing} spacing" if spacing else "")
    for position, learning_rate in enumerate(sweep.learning_rate):
        lengths = [
            length(schedule, end, grid, learning_rate, batch_size, size_of(training))
            for batch_size in sweep.batch_size
        ]
        for words in uncountable(end, lengths, what):
            yield Problem((*where, "learning_rate", position), f"got {learning_rate}; {words}")
