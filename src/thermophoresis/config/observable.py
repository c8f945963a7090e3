"""What is recorded along a run: names, meaning and units."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, ValidationInfo

from thermophoresis.config import kinds
from thermophoresis.config.fields import Count
from thermophoresis.config.problems import Problem, Wanted, choice, got, refuse_within


class Observable(NamedTuple):
    """What a recorded quantity is.

    Attributes
    ----------
    long_name
        In words, as for the netCDF attribute of that name.
    units
        Units in the sense of UDUNITS; "1" for pure numbers.
    dimensions
        What is counted along each of its axes, from 1, by the name of the axis; none for one
        number a replica.
    """

    long_name: str
    units: str
    dimensions: Mapping[str, str]


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
    return Observable(long_name, units, getattr(declared, "DIMENSIONS", {}))


def _exists(name: str) -> str:
    if name not in kinds.names("observables"):
        raise refuse_within(Problem((), f"{got(name)}; {choice(name, every())}"))
    return name


def _names_a_curve(at: dict[str, int], info: ValidationInfo) -> dict[str, int]:
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
    return at


@cache
def every() -> tuple[str, ...]:
    """Return the names of all observables that some kind of network records."""
    recorded = (kinds.model("networks", kind).records for kind in kinds.names("networks"))
    return tuple(dict.fromkeys(name for names in recorded for name in names))


ObservableName = Annotated[
    str, AfterValidator(_exists), Wanted(lambda: f"one of {', '.join(every())}")
]
# Which curve of the observable before it: a coordinate on each of its axes.
At = Annotated[dict[str, Count], AfterValidator(_names_a_curve)]
