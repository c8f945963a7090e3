"""Variances of the components of Gaussian inputs."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, TypeAdapter, ValidationError

from thermophoresis.config.fields import Positive, Settings
from thermophoresis.config.problems import Problem, got, refuse_within, validate


class PowerSpectrum(Settings):
    """Variances λ_i = i^−α of the components i = 1, …, M."""

    kind: Literal["power"]
    exponent: float = Field(description="α, a number")


_VARIANCE = TypeAdapter(Positive)
_ALLOWED = "must be white, {kind: power, exponent: α}, or a list of variances > 0, one an input"


def _spectrum(value: Any) -> Any:
    """Return a spectrum typed; variances i⁰ have the text of white ones."""
    if isinstance(value, PowerSpectrum):
        return value
    if isinstance(value, Mapping):
        settings, problems = validate(PowerSpectrum, value)
        if settings is None:
            raise refuse_within(*problems)
        return settings if settings.exponent else "white"
    if isinstance(value, list | tuple) and value:
        problems = [
            Problem((index,), f"{got(entry)}; must be a number > 0")
            for index, entry in enumerate(value)
            if not _is_variance(entry)
        ]
        if problems:
            raise refuse_within(*problems)
        return tuple(map(float, value))
    if value != "white":
        raise refuse_within(Problem((), f"{got(value)}; {_ALLOWED}"))
    return value


def _is_variance(value: Any) -> bool:
    try:
        _VARIANCE.validate_python(value, strict=True)
    except ValidationError:
        return False
    return bool(value != float("inf"))


def variances(spectrum: Any, inputs: int) -> tuple[float, ...] | None:
    """Return the variance of each component, or None where all are 1.

    Parameters
    ----------
    spectrum
        As it is in settings.
    inputs
        Number of components.
    """
    if spectrum == "white":
        return None
    if isinstance(spectrum, PowerSpectrum):
        return tuple(number**-spectrum.exponent for number in range(1, inputs + 1))
    return tuple(spectrum)


def spectrum_problems(spectrum: Any, inputs: int) -> Iterator[Problem]:
    """Yield what does not go with the number of inputs, with paths from the data on."""
    if isinstance(spectrum, tuple) and len(spectrum) != inputs:
        message = f"got {len(spectrum)} variances; must be one for each of the {inputs} inputs"
        yield Problem(("spectrum",), message)


Spectrum = Annotated[Any, PlainValidator(_spectrum)]
