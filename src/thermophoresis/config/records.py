"""When a run is measured, and at which of its records parameters are kept.

Nothing is computed for single runs here: what settings say holds for every cell of an experiment.
`grid` finds the steps.
"""

import bisect
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args

from pydantic import Field, field_validator

from thermophoresis.config.fields import Positive, Settings
from thermophoresis.config.problems import Problem, choice, got, refuse, refuse_within, validate
from thermophoresis.config.until import UNITS, End, Unit, epochs_need

# Decimal fractions of a time are rounded.
ROUNDING = 1e-9
# Of a run: what is measured is held in memory, and so are the times.
MOST_RECORDS = 10**6

EvenIn = Literal["thermal_time", "sqrt_thermal_time", "steps", "epochs", "training_time"]
# The short forms, with a number of records.
SPACINGS: Mapping[str, EvenIn] = {"linear": "thermal_time", "quadratic": "sqrt_thermal_time"}


class EvenRecords(Settings):
    """Records evenly spaced from the start of a run to its end."""

    count: Annotated[int, Field(ge=2, le=MOST_RECORDS)] = Field(description="a whole number >= 2")
    even_in: EvenIn = Field(description=f"one of {', '.join(get_args(EvenIn))}")


class Period(Settings):
    """A length on one axis of time."""

    thermal_time: Positive | None = None
    training_time: Positive | None = None
    steps: Positive | None = None
    epochs: Positive | None = None

    @property
    def length(self) -> End:
        """The axis and the length."""
        given = ((unit, getattr(self, unit)) for unit in UNITS)
        return next(End(unit, value) for unit, value in given if value is not None)


class TwoLevelRecords(Settings):
    """Records at the beginning of every period, several within it, and one at the end of the run.

    Attributes
    ----------
    every
        The period.
    within
        Further records in each period.
    over
        How much of the period they cover, on the axis of the period: with ``within: 4`` and
        ``over: 1`` they are ¼, ½, ¾ and 1 after its beginning. None: they and the beginnings are
        evenly spaced.
    """

    every: Period = Field(description="a mapping such as {epochs: 1}")
    within: Annotated[int, Field(ge=0)] = 0
    over: Positive | None = None

    @field_validator("every")
    @classmethod
    def _on_one_axis(cls, every: Period) -> Period:
        found = [unit for unit in UNITS if getattr(every, unit) is not None]
        if len(found) != 1:
            message = f"got {' and '.join(found) or 'nothing'}; must have exactly one of "
            raise refuse(Problem(("every",), message + ", ".join(sorted(UNITS))))
        return every

    def times(self, end: float) -> list[float]:
        """Return the times of the records of a run to an end, on the axis of the period."""
        period = self.every.length.value
        part = period / (self.within + 1) if self.over is None else self.over / (self.within or 1)
        begun = range(int(end / period * (1 + ROUNDING)) + 1)
        times = (number * period + k * part for number in begun for k in range(self.within + 1))
        return [*(it for it in times if it < end * (1 - ROUNDING)), end]


class Crossings(Settings):
    """Snapshots at the first record that is not before each of some times."""

    at: Mapping[Unit, Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(strict=False)]] = (
        Field(description="a mapping from one axis of time to a list of numbers")
    )

    @field_validator("at")
    @classmethod
    def _increasing_on_one_axis(cls, at: Any) -> Any:
        if len(at) != 1:
            message = f"{got(list(at))}; must have exactly one of {', '.join(sorted(UNITS))}"
            raise refuse(Problem(("at",), message))
        ((unit, times),) = at.items()
        if not times or any(late <= early for early, late in pairwise(times)):
            message = f"{got(list(times))}; must be a list of increasing numbers"
            raise refuse(Problem(("at", unit), message))
        return at


SnapshotWord = Literal["records", "epochs", "end"]

if TYPE_CHECKING:
    Records = int | EvenRecords | TwoLevelRecords
    Snapshots = int | SnapshotWord | Crossings
else:
    Records = Any  # validated below, and written as what they are
    Snapshots = Any


class Grid(NamedTuple):
    """When the runs of an experiment are measured.

    Attributes
    ----------
    unit
        Axis of time on which the records have a regular place.
    power
        Of the even fractions of the run at which they are: 2 for records even in √τ.
    records
        How many.
    times
        On the axis, where settings tell them: if the end is on it.
    """

    unit: Unit
    power: int
    records: int
    times: tuple[float, ...] | None

    @property
    def closest(self) -> float:
        """The least distance of two records as a share of the run."""
        if self.times is None:
            return (1 / (self.records - 1)) ** self.power
        gaps = (late - early for early, late in pairwise(self.times))
        return min(gaps) / self.times[-1]

    @property
    def epochs(self) -> tuple[int, ...] | None:
        """The records at whole epochs, if there is one at each."""
        if self.unit != "epochs" or self.times is None:
            return None
        whole = [round(it) for it in self.times]
        found = {
            epoch: index
            for index, (epoch, it) in enumerate(zip(whole, self.times, strict=True))
            if abs(epoch - it) <= ROUNDING * max(1, epoch)
        }
        every = range(int(self.times[-1] * (1 + ROUNDING)) + 1)
        return tuple(found[epoch] for epoch in every) if found.keys() >= {*every} else None


def with_one_spacing(given: Any) -> Any:
    """Return the settings of a run as they were given, with records in one of their forms.

    Records even in thermal time or its root go by their number and ``record_spacing``, whichever
    way they are written: the same runs have the same settings. Beside others that one is None.
    """
    records = given.get("records") if isinstance(given, Mapping) else None
    if not isinstance(records, Mapping | EvenRecords | TwoLevelRecords):
        return given
    if given.get("record_spacing") is not None:
        return given
    if isinstance(records, Mapping) and records.keys() == {"count", "even_in"}:
        for spacing, even_in in SPACINGS.items():
            if records["even_in"] == even_in and isinstance(records["count"], int):
                return {**given, "records": records["count"], "record_spacing": spacing}
    return {**given, "record_spacing": None}


def grid_of(records: "Records", spacing: str | None, end: End) -> Grid:
    """Return when the runs of an experiment are measured."""
    if isinstance(records, TwoLevelRecords):
        times = tuple(records.times(end.value))
        return Grid(end.unit, 1, len(times), times)
    if isinstance(records, EvenRecords):
        even, count = records.even_in, records.count
    else:
        even, count = SPACINGS[spacing or "quadratic"], records
    unit: Unit = "thermal_time" if even == "sqrt_thermal_time" else even
    power = 2 if even == "sqrt_thermal_time" else 1
    if unit != end.unit:
        return Grid(unit, power, count, None)
    last = count - 1
    return Grid(unit, power, count, tuple(end.value * (k / last) ** power for k in range(count)))


def typed_records(records: Any) -> "Records":
    """Return the setting ``records`` typed; for a field's validator.

    Raises
    ------
    PydanticCustomError
        It is not valid.
    """
    if isinstance(records, EvenRecords | TwoLevelRecords):
        return records
    if isinstance(records, Mapping):
        model = TwoLevelRecords if "every" in records else EvenRecords
        settings, problems = validate(model, records)
        if settings is None:
            raise refuse_within(*problems)
        return settings  # type: ignore[return-value]  # of one of the two models
    if isinstance(records, bool) or not isinstance(records, int):
        message = f"{got(records)}; must be a whole number, or a mapping such as "
        raise refuse_within(Problem((), message + "{count: 61, even_in: epochs}"))
    if not 2 <= records <= MOST_RECORDS:
        wanted = "must be >= 2" if records < 2 else f"must be <= {MOST_RECORDS:,}"
        raise refuse_within(Problem((), f"got {records}; {wanted}"))
    return records


def record_problems(
    records: "Records",
    spacing: str | None,
    end: End | None,
    epoch_samples: int | None,
    *,
    finite: bool,
) -> Iterator[Problem]:
    """Yield what is wrong between records, their short form and the end of a run."""
    if isinstance(records, int) and spacing is None:
        message = f"got nothing; must be {' or '.join(SPACINGS)}"
        yield Problem(("record_spacing",), message)
    if not isinstance(records, int) and spacing is not None:
        message = f"got {spacing!r}; must be left out beside a mapping: records say how they lie"
        yield Problem(("record_spacing",), message)
    if end is None:
        return
    if isinstance(records, TwoLevelRecords):
        period = records.every.length
        if period.unit != end.unit:
            message = f"got {period.unit}; must be {end.unit}, on which the run ends"
            yield Problem(("records", "every"), message)
        elif period.value > end.value * (1 + ROUNDING):
            message = f"got {period.value:g}; must be <= the end of the run ({end.value:g})"
            yield Problem(("records", "every", period.unit), message)
        elif (count := end.value / period.value * (records.within + 1)) > MOST_RECORDS:
            message = f"got {period.value:g}; must make at most {MOST_RECORDS:,} records"
            yield Problem(("records", "every", period.unit), f"{message}, not {count:.3g}")
        if records.over is not None and records.over >= period.value:
            message = f"got {records.over:g}; must be < the period ({period.value:g})"
            yield Problem(("records", "over"), message)
        if records.over is not None and not records.within:
            message = f"got {records.over:g}; must be left out without records within a period"
            yield Problem(("records", "over"), message)
    elif isinstance(records, EvenRecords) and records.even_in == "epochs" and not epoch_samples:
        yield Problem(("records", "even_in"), f"got 'epochs'; {epochs_need(finite)}")


def typed_snapshots(snapshots: Any) -> "Snapshots":
    """Return the setting ``snapshots`` typed; for a field's validator.

    Raises
    ------
    PydanticCustomError
        It is not valid.
    """
    if isinstance(snapshots, Crossings):
        return snapshots
    if isinstance(snapshots, Mapping):
        settings, problems = validate(Crossings, snapshots)
        if settings is None:
            raise refuse_within(*problems)
        return settings
    if isinstance(snapshots, str):
        words = get_args(SnapshotWord)
        if snapshots not in words:
            message = f"{got(snapshots)}; {choice(snapshots, words)}, a whole number or {{at: …}}"
            raise refuse_within(Problem((), message))
        return snapshots  # type: ignore[return-value]  # one of the words
    if isinstance(snapshots, bool) or not isinstance(snapshots, int):
        message = f"{got(snapshots)}; must be a whole number"
        raise refuse_within(Problem((), f"{message}, records, epochs, end or {{at: …}}"))
    if snapshots < 0 or snapshots == 1:
        raise refuse_within(Problem((), f"got {snapshots}; must be 0 or >= 2"))
    return snapshots


def snapshot_problems(snapshots: "Snapshots", grid: Grid) -> Iterator[Problem]:
    """Yield what is wrong between snapshots and the records at which they are taken."""
    path = ("snapshots",)
    if isinstance(snapshots, int) and snapshots > grid.records:
        message = f"got {snapshots}; must be <= records ({grid.records}), at which they are taken"
        yield Problem(path, message)
    if snapshots == "epochs" and not grid.epochs:
        message = "got 'epochs'; must have a record at every whole epoch of a run that ends in "
        yield Problem(path, f"{message}epochs: say `records: {{every: {{epochs: 1}}}}`")
    if not isinstance(snapshots, Crossings):
        return
    ((unit, times),) = snapshots.at.items()
    if unit != grid.unit or grid.times is None:
        message = f"got {unit}; must be the axis on which the run ends and its records are even"
        yield Problem((*path, "at"), message)
        return
    if times[-1] > grid.times[-1] * (1 + ROUNDING):
        message = f"got {times[-1]:g}; must be <= the end of the run ({grid.times[-1]:g})"
        yield Problem((*path, "at", unit), message)
        return
    found = crossed(times, grid.times)
    if len(set(found)) < len(found):
        message = f"{got(list(times))}; must have a record each: two have the same next record"
        yield Problem((*path, "at", unit), message)


def crossed(times: Sequence[float], records: Sequence[float]) -> list[int]:
    """Return the first of the records that is not before each time."""
    return [bisect.bisect_left(records, it * (1 - ROUNDING)) for it in times]


def snapshot_count(snapshots: "Snapshots", grid: Grid) -> int:
    """Return the number of snapshots of a run."""
    return snapshots if isinstance(snapshots, int) else len(chosen_records(snapshots, grid))


def chosen_records(snapshots: "SnapshotWord | Crossings", grid: Grid) -> tuple[int, ...]:
    """Return the records at which parameters are kept, where that is not a number of them."""
    if isinstance(snapshots, Crossings):
        ((_, times),) = snapshots.at.items()
        return tuple(crossed(times, grid.times or ()))
    if snapshots == "epochs":
        return grid.epochs or ()
    return tuple(range(grid.records)) if snapshots == "records" else (grid.records - 1,)
