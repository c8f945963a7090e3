"""One network and data set, trained in every cell of its sweep with every seed."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from thermophoresis.config.fields import Seeds
from thermophoresis.config.measurement import ByKind, Cell
from thermophoresis.config.problems import Problem, again, refuse
from thermophoresis.config.run import Training, steps_to
from thermophoresis.config.sweep import Point, Sweep, Swept, same
from thermophoresis.config.sweep_cells import Cells, iterate
from thermophoresis.config.sweep_reading import Place, Reading

# Steps are counted in float64 on the way to the grid of records; beyond this they are not exact.
LARGEST_STEP = 2**53


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
        paths: dict[str, str] = {}
        if reading.paths:
            cells = Cells(reading)
            problems += cells.problems
            points = cells.points
            paths = {axis: ".".join(path) for path, axis in cells.names.items()}
            settings = [(where, grid, dict(training)) for where, grid, training in iterate(cells)]
        else:
            settings = [(it.where, it.grid, info.data) for it in reading.variations if it.grid]
            grids = (product(grid.learning_rate, grid.batch_size) for _, grid, _ in settings)
            points = tuple(
                Point(*cell, {}) for cell in sorted({it for grid in grids for it in grid})
            )
        for where, grid, training in settings:
            found = [
                # Of those of the experiment it is said already.
                *(_unmeasurable(info.data.get("measure", {}), training) if paths else ()),
                *_oversized_batches(where, grid, training),
                *_unrecordable(where, grid, training),
            ]
            problems += [it for it in found if it not in problems]
        if problems:
            raise refuse(*problems)
        return Swept(points, paths)

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


def _unmeasurable(measure: ByKind, training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between measurements and the settings of runs."""
    for kind, measurement in measure.items():
        for problem in measurement.problems(training):
            yield Problem(("measure", kind, *problem.path), problem.message)


def _oversized_batches(
    where: Place, sweep: Sweep, training: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield the batch sizes that a finite training set cannot fill."""
    training_set_size = training.get("training_set_size")
    if training_set_size is None:
        return
    for position, batch_size in enumerate(sweep.batch_size):
        if batch_size > training_set_size:
            yield Problem(
                (*where, "batch_size", position),
                f"got {batch_size}; must be <= training_set_size ({training_set_size})",
            )


def _unrecordable(where: Place, sweep: Sweep, training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the rates with so few steps that records coincide, or with too many to count."""
    thermal_time_end, records, record_spacing = (
        training.get(name) for name in ("thermal_time_end", "records", "record_spacing")
    )
    if thermal_time_end is None or records is None or record_spacing is None:
        return
    # The first two records are the closest; they need a step between them.
    needed = (records - 1) ** (2 if record_spacing == "quadratic" else 1)
    for position, learning_rate in enumerate(sweep.learning_rate):
        path = (*where, "learning_rate", position)
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
