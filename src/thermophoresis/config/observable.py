"""What is recorded along a run: names, meaning and units."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, ValidationInfo

from thermophoresis.config import kinds
from thermophoresis.config.problems import Problem, Wanted, choice, got, refuse_within

# The axis whose coordinates are names of parameters; along all others they are counted from 1.
BLOCK = "block"


class Observable(NamedTuple):
    """What a recorded quantity is.

    Attributes
    ----------
    long_name
        In words, as for the netCDF attribute of that name.
    units
        Units in the sense of UDUNITS; "1" for pure numbers.
    dimensions
        What is counted along each of its axes, from 1, by the name of the axis, or named along
        `BLOCK`; none for one number a replica.
    coordinates
        Names along those of its axes along which nothing is counted, by the name of the axis.
    needs
        What there must be for it to exist, of `record.NEEDS`; a network that declares it has it.
    """

    long_name: str
    units: str
    dimensions: Mapping[str, str]
    needs: tuple[str, ...] = ()
    coordinates: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@cache
def observable(name: str, loss: str = "cross_entropy") -> Observable:
    """Return what an observable is.

    Parameters
    ----------
    name
        Its name.
    loss
        Kind of the loss that is made small, by which some have other words and units.

    Raises
    ------
    KeyError
        There is no such observable.
    """
    if name not in kinds.names("observables"):
        raise KeyError(name)
    declared = kinds.declaration("observables", name)
    of_other_losses = getattr(declared, "OF_OTHER_LOSSES", {})
    long_name, units = of_other_losses.get(loss, (declared.LONG_NAME, declared.UNITS))
    return Observable(
        long_name,
        units,
        getattr(declared, "DIMENSIONS", {}),
        getattr(declared, "NEEDS", ()),
        getattr(declared, "COORDINATES", {}),
    )


def _exists(name: str) -> str:
    if name not in kinds.names("observables"):
        raise refuse_within(Problem((), f"{got(name)}; {choice(name, every())}"))
    return name


def _is_a_coordinate(name: str, axis: str, value: Any) -> Iterator[Problem]:
    """Yield what is wrong with a coordinate on an axis of an observable."""
    if names := observable(name).coordinates.get(axis):
        if value not in names:
            yield Problem((axis,), f"{got(value)}; {choice(value, names)}")
    elif axis == BLOCK:
        if not isinstance(value, str):
            yield Problem((axis,), f"{got(value)}; must be the name of a parameter")
    elif isinstance(value, bool) or not isinstance(value, int):
        yield Problem((axis,), f"{got(value)}; must be a whole number")
    elif value < 1:
        yield Problem((axis,), f"{got(value)}; must be >= 1")


def _names_a_curve(at: dict[str, Any], info: ValidationInfo) -> dict[str, int | str]:
    """Refuse coordinates that are not one on each axis of the observable beside them."""
    name = info.data.get("observable")
    if name is None:  # and this is what is wrong
        return at
    if at.keys() != (axes := observable(name).dimensions).keys():
        wanted = ", ".join(f"{axis}: {words}" for axis, words in axes.items())
        raise refuse_within(
            Problem(
                (),
                f"{got(at or None)}; must be "
                + (f"{{{wanted}}}, for {name} has" if axes else f"left out: {name} has no")
                + " further axes",
            )
        )
    if problems := [it for axis, value in at.items() for it in _is_a_coordinate(name, axis, value)]:
        raise refuse_within(*problems)
    return at


@cache
def every() -> tuple[str, ...]:
    """Return the names of all observables; first those that some kind of network declares."""
    recorded = (kinds.model("networks", kind).records for kind in kinds.names("networks"))
    declared = (name for names in recorded for name in names)
    return tuple(dict.fromkeys((*declared, *kinds.names("observables"))))


ObservableName = Annotated[
    str, AfterValidator(_exists), Wanted(lambda: f"one of {', '.join(every())}")
]
# Which curve of the observable before it: a coordinate on each of its axes.
At = Annotated[dict[str, Any], AfterValidator(_names_a_curve)]
