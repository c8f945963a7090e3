"""Schedules: factors by which η and |B| of a cell are multiplied in the course of a run.

A schedule is one stretch or several, one after the other, each of a kind of its own. What it is a
function of is where a run is on an axis of time *before* a step: the step from t to t + 1 updates
has η f(t).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import PlainValidator

from thermophoresis.config import kinds
from thermophoresis.config.fields import Positive, Settings
from thermophoresis.config.problems import Problem, choice, got, refuse_within, validate
from thermophoresis.config.until import End, epochs_need

# Of an axis of time, or the share of a run that is behind it, on the axis on which it ends.
Scale = Literal["steps", "epochs", "training_time", "thermal_time", "run"]

# Sums of η and of η²/|B| over many steps are rounded: a time is reached a bit before it is.
ROUNDING = 1e-9


class Stretch(Settings):
    """Factors over a stretch of a run; each kind says which.

    Attributes
    ----------
    unit
        What the lengths and places of the stretch are given in.
    over
        How long it is. None: to the end of the run.
    """

    kind: str
    unit: Scale = "steps"
    over: Positive | None = None

    @property
    def largest(self) -> float:
        """The largest factor."""
        raise NotImplementedError

    @property
    def vanishes(self) -> bool:
        """Whether a factor is 0."""
        return False

    @property
    def needs_length(self) -> bool:
        """Whether factors depend on how long the stretch is."""
        return False

    def multiplier(self, place: Any, length: float, cos: Callable[[Any], Any]) -> Any:
        """Return the factor at places counted from the beginning of the stretch.

        Parameters
        ----------
        place
            A number or an array of them; also before and after the stretch.
        length
            Of the stretch; infinite where nothing depends on it.
        cos
            Of a number or an array.
        """
        raise NotImplementedError


def _typed(value: Any) -> tuple[Stretch, ...]:
    """Return one stretch or a list of them typed."""
    if not isinstance(value, list | tuple):
        value = [value]
    found: list[Stretch] = []
    problems: list[Problem] = []
    for index, given in enumerate(value):
        path = (index,) if len(value) > 1 else ()
        settings, wrong = _stretch(given)
        found += [settings] if settings else []
        problems += [Problem((*path, *problem.path), problem.message) for problem in wrong]
    if problems or not found:
        raise refuse_within(*problems or [Problem((), "got []; must have at least one entry")])
    for index, stretch in enumerate(found):
        if stretch.unit != found[0].unit:
            message = f"got {stretch.unit!r}; must be {found[0].unit}, as in the first of the list"
            problems.append(Problem((index, "unit"), message))
        if stretch.over is None and index < len(found) - 1:
            message = "got nothing; must be given: how long it is before the next of the list"
            problems.append(Problem((index, "over"), message))
    if problems:
        raise refuse_within(*problems)
    return tuple(found)


def _stretch(given: Any) -> tuple[Stretch | None, list[Problem]]:
    if isinstance(given, Stretch):
        return given, []
    if not isinstance(given, Mapping):
        return None, [Problem((), f"{got(given)}; must be a mapping with a kind, or a list")]
    name = given.get("kind")
    if name not in kinds.names("schedules"):
        message = f"{got(name)}; {choice(name or '', kinds.names('schedules'))}"
        return None, [Problem(("kind",), message)]
    return validate(kinds.model("schedules", str(name)), given)


if TYPE_CHECKING:
    Stretches = tuple[Stretch, ...]
else:
    Stretches = Annotated[Any, PlainValidator(_typed)]


class ScheduleSettings(Settings):
    """Factors of η and of |B|, which is rounded to whole samples, at least 1."""

    learning_rate: Stretches | None = None
    batch_size: Stretches | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of stretches, sorted."""
        both = (*(self.learning_rate or ()), *(self.batch_size or ()))
        return tuple(sorted({stretch.kind for stretch in both}))

    @property
    def largest_batch(self) -> float:
        """The largest factor of |B|."""
        return max((stretch.largest for stretch in self.batch_size or ()), default=1.0)

    def problems(self, end: End, epoch_samples: int | None, *, finite: bool) -> Iterator[Problem]:
        """Yield what is wrong between a schedule and the end of the run; paths from it on."""
        for name in ("learning_rate", "batch_size"):
            stretches: tuple[Stretch, ...] = getattr(self, name) or ()
            path: tuple[str | int, ...] = (name,)
            for index, stretch in enumerate(stretches):
                where = (*path, index) if len(stretches) > 1 else path
                if stretch.unit == "epochs" and not epoch_samples:
                    yield Problem((*where, "unit"), f"got 'epochs'; {epochs_need(finite)}")
                last = index == len(stretches) - 1 and stretch.over is None
                if last and stretch.needs_length and stretch.unit not in ("run", end.unit):
                    message = f"got nothing; must be given with unit {stretch.unit}, unless the run"
                    yield Problem((*where, "over"), f"{message} ends in it (or unit is run)")
                timeless = {"steps", "epochs"}
                of_run = stretch.unit if stretch.unit != "run" else end.unit
                if stretch.vanishes and not timeless >= {of_run, end.unit}:
                    message = "got 0; must be > 0 where the run or the schedule is timed by η: "
                    yield Problem((*where, "floor"), f"{message}with η = 0 it would never end")


if TYPE_CHECKING:
    Schedule = Literal["constant"] | ScheduleSettings
else:
    Schedule = Any  # validated by `typed_schedule`, and written as what it is


def typed_schedule(value: Any) -> "Schedule":
    """Return the setting ``schedule`` typed; for a field's validator.

    Raises
    ------
    PydanticCustomError
        It is not valid.
    """
    if isinstance(value, Mapping):
        settings, problems = validate(ScheduleSettings, value)
        if settings is None:
            raise refuse_within(*problems)
        value = settings
    if isinstance(value, ScheduleSettings):
        return value if value.learning_rate or value.batch_size else "constant"
    if value != "constant":
        allowed = "must be constant, or a mapping with learning_rate, batch_size or both"
        raise refuse_within(Problem((), f"{got(value)}; {allowed}"))
    return "constant"


def schedule_of(dynamics: Any) -> ScheduleSettings | None:
    """Return the schedule of a kind of dynamics, if it can have one and has."""
    schedule = getattr(dynamics, "schedule", "constant")
    return schedule if isinstance(schedule, ScheduleSettings) else None


def factor_at(
    stretches: Sequence[Stretch], place: Any, end: float, cos: Callable[[Any], Any] = math.cos
) -> Any:
    """Return the factor of a schedule at some places.

    Parameters
    ----------
    stretches
        One after the other, with one unit.
    place
        In that unit: a number or an array of them.
    end
        Of the run, in that unit; infinite where it is not known and nothing depends on it.
    cos
        Of a number or an array.
    """
    begin, factor = 0.0, 0.0
    for stretch in stretches:
        length = end - begin if stretch.over is None else stretch.over
        reached = place >= begin
        factor = factor * (1 - reached) + stretch.multiplier(place - begin, length, cos) * reached
        begin += length
    return factor
