"""Observables of which there is one curve in a cell, for settings that ask for no coordinates."""

from typing import Annotated

from pydantic import AfterValidator

from thermophoresis.config.observable import ObservableName, observable
from thermophoresis.config.problems import Problem, got, refuse_within


def _is_one_curve(name: str) -> str:
    if axes := observable(name).dimensions:
        message = f"{got(name)}; must be one without further axes, not along {', '.join(axes)}"
        raise refuse_within(Problem((), message))
    return name


PlainObservable = Annotated[ObservableName, AfterValidator(_is_one_curve)]
