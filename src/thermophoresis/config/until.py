"""When a run ends, on whichever of its axes of time.

Nothing but settings here: how many steps an end means for a run is found in `timing`.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from pydantic import Field

from thermophoresis.config.arrival import QUANTITIES, Arrival, Level
from thermophoresis.config.fields import Count, Positive, Settings
from thermophoresis.config.problems import Problem, got, refuse

# t, epochs of a finite set, ∫ η dt and ∫ η²/|B| dt.
Unit = Literal["steps", "epochs", "training_time", "thermal_time"]
UNITS: tuple[Unit, ...] = get_args(Unit)


class End(NamedTuple):
    """An end of a run: a value on one axis of time."""

    unit: Unit
    value: float


class Until(Settings):
    """When a run ends: at a value on one axis of time; and at what its replicas arrive before."""

    thermal_time: Positive | None = None
    training_time: Positive | None = None
    steps: Count | None = None
    epochs: Positive | None = Field(default=None, description="a number > 0")
    loss: Level | None = None
    accuracy: Level | None = None
    train_loss: Level | None = None
    train_accuracy: Level | None = None
    every: Count | None = None

    @property
    def end(self) -> End | None:
        """The end in time, if there is one; `the_end` refuses others."""
        given = ((unit, getattr(self, unit)) for unit in UNITS)
        return next((End(unit, value) for unit, value in given if value is not None), None)

    @property
    def quantities(self) -> tuple[str, ...]:
        """What is given a level at which replicas arrive."""
        return tuple(it for it in QUANTITIES if getattr(self, it) is not None)

    @property
    def arrival(self) -> Arrival | None:
        """At what replicas arrive, if at anything."""
        found = (Arrival(it, getattr(self, it), self.every) for it in self.quantities)
        return next(found, None)


def end_of(until: Until | None, thermal_time_end: float | None) -> End:
    """Return the end of a run, whose settings are valid."""
    if thermal_time_end is not None:
        return End("thermal_time", thermal_time_end)
    end = until.end if until else None
    if end is None:
        raise ValueError("a run without an end, which is refused where settings are read")
    return end


def with_one_end(given: Any) -> Any:
    """Return the settings of a run as they were given, with an end in one place.

    An end in thermal time goes by its short form ``thermal_time_end``, whichever way it is
    written: the same runs have the same settings. Beside another end that one is None.
    """
    until = given.get("until") if isinstance(given, Mapping) else None
    if not isinstance(until, Mapping | Until):
        return given
    units = {
        unit: value for unit, value in dict(until).items() if unit in UNITS and value is not None
    }
    if given.get("thermal_time_end") is not None or not (units or not until):
        return given  # it has a level alone, and the end its default
    if units.keys() == {"thermal_time"} and isinstance(until, Mapping):
        end = units["thermal_time"]
        if isinstance(end, int | float) and not isinstance(end, bool) and 0 < end < float("inf"):
            rest = {key: value for key, value in until.items() if key != "thermal_time"}
            return {**given, "until": rest or None, "thermal_time_end": end}
    return {**given, "thermal_time_end": None}


def the_end(
    until: Until | None, thermal_time_end: float | None, set_size: int | None, *, finite: bool
) -> Until | None:
    """Return ``until`` if together with its short form it gives one end.

    Parameters
    ----------
    until, thermal_time_end
        The settings.
    set_size
        Samples in the finite training set, where the settings tell it.
    finite
        Whether there is a finite set at all.

    Raises
    ------
    PydanticCustomError
        For a field's validator: there is no end or more than one, or epochs have no length.
    """
    if until is None:
        if thermal_time_end is None:
            message = "got nothing; must be a number > 0, unless until says when a run ends"
            raise refuse(Problem(("thermal_time_end",), message))
        return until
    ends = [unit for unit in UNITS if getattr(until, unit) is not None]
    if thermal_time_end is not None and until.quantities and not ends:
        return until
    if thermal_time_end is not None:
        message = "must be left out beside thermal_time_end, its short form: a run has one end"
        raise refuse(Problem(("until",), message))
    if len(ends) != 1:
        found = " and ".join(ends) or "nothing"
        message = f"got {found}; must have exactly one of {', '.join(sorted(UNITS))}"
        raise refuse(Problem(("until",), message))
    if until.epochs is not None and set_size is None:
        raise refuse(Problem(("until", "epochs"), f"{got(until.epochs)}; {epochs_need(finite)}"))
    return until


def epochs_need(finite: bool) -> str:
    """Say why there are no epochs, or none whose length is known."""
    if finite:
        return (
            "epochs need a training set of a size that the settings tell: "
            "that of a data set is known to its file alone, unless data.samples.train says it"
        )
    return "epochs need a finite training set: sampling online never sees a sample twice"
