"""Types of settings."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_serializer,
)
from pydantic_core import InitErrorDetails, PydanticCustomError


def _distinct(values: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    """Return the validated list; refuse repeated entries beside whatever else is wrong in it."""
    errors = []
    if isinstance(values, list | tuple):
        errors += [
            InitErrorDetails(type=_REPEATED, loc=(index,), input=values[index])
            for index in _repeated(values)
        ]
    try:
        validated = validate(values)
    except ValidationError as error:
        # What pydantic has found can be raised again.
        errors = [*error.errors(include_url=False), *errors]  # type: ignore[list-item]
    if errors:
        raise ValidationError.from_exception_data("list", errors)
    return validated


def _repeated(values: Sequence[Any]) -> Iterator[int]:
    """Yield the places of entries that stand before as well; a long list is gone through once."""
    seen: set[Any] = set()
    for index, value in enumerate(values):
        try:
            if value in seen:
                yield index
            seen.add(value)
        except TypeError:  # mappings and lists, which are to be refused for what they are
            if value in values[:index]:
                yield index


_REPEATED = PydanticCustomError("repeated", "must not repeat an entry")


def _is_a_label(value: Any) -> Any:
    """Refuse what cannot stand in the name of a file; true and false are words there."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, int | float | str):
        raise ValueError(f"got {value!r}; must be a number or a word")
    if not LABEL.fullmatch(str(value)):
        raise ValueError(f"got {value!r}; must consist of letters, digits and _ . + -")
    if len(str(value)) > LONGEST_NAME:
        raise ValueError(f"got {str(value)[:57]!r}…; must have at most {LONGEST_NAME} characters")
    return value


# Characters of a name, of which that of a file has some beside others; file systems take 255 bytes.
LONGEST_NAME = 100
LONGEST_FILE = 200
LABEL = re.compile(r"[A-Za-z0-9_.+-]+")


def _normalised(path: str) -> str:
    """Return a path without trailing or doubled slashes, so that one file has one name."""
    if path.startswith("-"):
        raise ValueError(f"got {path!r}; must not begin with -, which commands take for an option")
    return str(PurePosixPath(path))


Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
ActivationName = Literal["relu", "tanh", "gelu", "identity"]
Positive = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(gt=0, lt=1)]
# Of parameters of networks: those of a module have dots.
ParameterName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.]+$")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", max_length=LONGEST_NAME)]
ResultsPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./+-]+$"), AfterValidator(_normalised)]
# Of a path that a file names: it is relative to that file.
NAMED_BY_FILE = "relative to the file that names it"
Folder = Annotated[str, Field(min_length=1, description="a folder"), NAMED_BY_FILE]
File = Annotated[str, Field(min_length=1, description="a file"), NAMED_BY_FILE]

# What tells the cells along a swept axis apart: the value of the setting itself, or its name.
Label = Annotated[int | float | str, PlainValidator(_is_a_label)]
Axes = dict[Name, Label]


def _labels(chosen: dict[str, Any]) -> dict[str, Any]:
    """Return labels, several on one axis as a tuple of two or more."""
    found = {}
    for axis, wanted in chosen.items():
        several = isinstance(wanted, list | tuple)
        labels = [_is_a_label(it) for it in (wanted if several else [wanted])]
        if several and len(set(map(str, labels))) < max(2, len(labels)):
            raise ValueError(f"got {list(wanted)}; must be a label, or two or more different ones")
        found[axis] = tuple(labels) if several else labels[0]
    return found


# Which cells, by further axes: those with one label, or with any of several, in this order.
Chosen = Annotated[dict[Name, Any], AfterValidator(_labels)]

# YAML has lists where an immutable model has tuples: the container alone is not strict.
LISTED = (Field(strict=False, min_length=1), WrapValidator(_distinct))
Rates = Annotated[tuple[Positive, ...], *LISTED]
Seeds = Annotated[tuple[Seed, ...], *LISTED]
Paths = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False), WrapValidator(_distinct)
]

Names = Annotated[tuple[ParameterName, ...], Field(strict=False), WrapValidator(_distinct)]


def _no_more_than_all(shares: dict[str, float]) -> dict[str, float]:
    if (total := sum(shares.values())) > 1 + 1e-12:  # of decimal fractions
        raise ValueError(f"got shares that add up to {total:g}; must be at most 1")
    return shares


Shares = Annotated[
    dict[Name, Annotated[float, Field(gt=0, le=1)]], AfterValidator(_no_more_than_all)
]


# Settings that name a kind, by which a mapping is read as that kind.
KIND_KEYS = ("kind", "statistic", "source")


class Settings(BaseModel):
    """Immutable settings without unknown keys; a string or a boolean is no number."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
    )

    @model_serializer(mode="wrap")
    def _with_its_kind(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A kind is told even where it is the default: by it the others are read.
        fields = type(self).model_fields
        told = (key for key in KIND_KEYS if key in fields and not fields[key].exclude)
        kinds = {key: getattr(self, key) for key in told}
        return {**serialize(self), **kinds}
