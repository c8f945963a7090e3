"""What is recorded along a run: names, meaning and units."""

import re
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from thermophoresis.config import kinds
from thermophoresis.config.problems import Problem, Wanted, choice, got, refuse_within


class Observable(NamedTuple):
    """What a recorded quantity is.

    Attributes
    ----------
    long_name
        In words, as for the netCDF attribute of that name.
    units
        Units in the sense of UDUNITS; "1" for pure numbers.
    """

    long_name: str
    units: str


def kind_of(name: str) -> str | None:
    """Return the kind of an observable, or None if there is no such observable.

    A name is that of a kind or, of one that is there for each of several layers, that of the kind
    and the number of the layer: ``activation_rate_layer_2``.
    """
    for kind in (name, re.sub(r"_[1-9]\d*$", "", name)):
        if kind in kinds.names("observables"):
            indexed = "{index}" in kinds.declaration("observables", kind).LONG_NAME
            if indexed == (kind != name):
                return kind
    return None


@cache
def observable(name: str) -> Observable:
    """Return what an observable is.

    Raises
    ------
    KeyError
        There is no such observable.
    """
    kind = kind_of(name)
    if kind is None:
        raise KeyError(name)
    declared = kinds.declaration("observables", kind)
    index = name.removeprefix(f"{kind}_")
    return Observable(declared.LONG_NAME.format(index=index), declared.UNITS)


def _exists(name: str) -> str:
    if kind_of(name) is None:
        raise refuse_within(Problem((), f"{got(name)}; {choice(name, every())}"))
    return name


@cache
def every() -> tuple[str, ...]:
    """Return the names of all observables that some kind of network records."""
    recorded = (kinds.model("networks", kind).records for kind in kinds.names("networks"))
    return tuple(dict.fromkeys(name for names in recorded for name in names))


ObservableName = Annotated[
    str, AfterValidator(_exists), Wanted(lambda: f"one of {', '.join(every())}")
]
