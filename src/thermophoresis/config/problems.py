"""What is wrong in a configuration: one line for each problem, in this project's words."""

import difflib
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError
from pydantic_core.core_schema import ErrorType

from thermophoresis.errors import UserError, printable

# Lines about one file, and characters of a line, beyond which nobody reads on.
MOST_LINES = 100
LONGEST_LINE = 4000

Model = TypeVar("Model", bound=BaseModel)


class Problem(NamedTuple):
    """One thing wrong in a configuration.

    Attributes
    ----------
    path
        Where: the keys and indices that lead to the setting.
    message
        What was got and what is allowed, without the path.
    source
        The file, where it is not the one that the error names.
    """

    path: tuple[Hashable, ...]
    message: str
    source: str = ""

    def __str__(self) -> str:
        """Return the problem as one line: ``experiments.gaussian.sweeps[0]: got …; must be …``."""
        path = ""
        for part in self.path:
            path += f"[{part}]" if isinstance(part, int) else f".{shortened(str(part))}"
        line = f"{path.lstrip('.')}: {self.message}" if path else self.message
        return shortened(printable(line), LONGEST_LINE)


class ConfigError(UserError):
    """A configuration that cannot be used; its text has one line for each problem.

    Attributes
    ----------
    source
        The file, as it was named.
    problems
        All that is wrong, in the order of the file.
    """

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        lines = [
            f"{printable(problem.source or source)}: {problem}" for problem in problems[:MOST_LINES]
        ]
        if (more := len(problems) - MOST_LINES) > 0:
            lines.append(f"{printable(source)}: and {more:,} more problems")
        super().__init__("\n".join(lines))


_OF_PYDANTIC = frozenset(get_args(ErrorType))


class Wanted(NamedTuple):
    """What a setting must be given as, for the type of a field; found out where it is missing."""

    words: Callable[[], str]


def refuse(*problems: Problem) -> PydanticCustomError:
    """Return an error for a field's validator, with paths relative to the model of the field."""
    return PydanticCustomError("problems", "{problems}", {"problems": problems})


def refuse_within(*problems: Problem) -> PydanticCustomError:
    """Return an error for a field's validator, with paths relative to the field's own value."""
    return PydanticCustomError("problems_within", "{problems}", {"problems": problems})


def again(error: ValidationError, told: Callable[[tuple[Hashable, ...]], bool]) -> ValidationError:
    """Return an error with those of its complaints alone whose location is one to be told."""
    lines = [
        InitErrorDetails(
            type=details["type"]
            if details["type"] in _OF_PYDANTIC
            else PydanticCustomError(details["type"], "{problems}", details.get("ctx")),
            loc=details["loc"],
            input=details["input"],
            ctx=details.get("ctx", {}),
        )
        for details in error.errors(include_url=False)
        if told(details["loc"])
    ]
    return ValidationError.from_exception_data(error.title, lines)


def validate(model: type[Model], settings: Any) -> tuple[Model | None, list[Problem]]:
    """Return settings typed, or None and all that is wrong with them."""
    try:
        return model.model_validate(settings), []
    except ValidationError as error:
        problems: list[Problem] = []
        # Each takes a moment; beyond what is shown nobody asks for their words.
        found = error.errors(include_url=False)
        for details in found[: MOST_LINES + 1]:
            # A list whose entries are all invalid is also said to be too short.
            if details["type"] != "too_short" or not details["input"]:
                problems += _explain(details, model)
        unexplained = len(found) - MOST_LINES - 1
        return None, problems + [Problem((), "is wrong as well")] * unexplained


_WORDING: dict[str, Callable[[dict[str, Any]], str]] = {
    "bool_type": lambda _: "must be true or false",
    "dict_type": lambda _: "must be a mapping",
    "finite_number": lambda _: "must be finite",
    "float_type": lambda _: "must be a number",
    "greater_than": lambda context: f"must be > {context['gt']:g}",
    "greater_than_equal": lambda context: f"must be >= {context['ge']}",
    "int_type": lambda _: "must be a whole number",
    "less_than_equal": lambda context: f"must be <= {context['le']:g}",
    "less_than": lambda context: f"must be < {context['lt']:g}",
    "model_attributes_type": lambda _: "must be a mapping",
    "model_type": lambda _: "must be a mapping",
    "repeated": lambda _: "must not repeat an earlier entry",
    "string_too_long": lambda context: f"must have at most {context['max_length']} characters",
    "string_too_short": lambda _: "must not be empty",
    "string_type": lambda _: "must be a text",
    "too_short": lambda _: "must have at least one entry",
    "tuple_type": lambda _: "must be a list",
}


def got(value: Any) -> str:
    """Return what was found, short enough for a line."""
    if value is None:
        return "got nothing"
    return f"got {shortened(repr(value))}"


def shortened(text: str, longest: int = 60) -> str:
    """Return a text that is no longer than so many characters."""
    return text if len(text) <= longest else f"{text[: longest - 3]}…"


def choice(got: Any, allowed: Sequence[str]) -> str:
    """Return what is allowed, and the likeliest of it."""
    near = difflib.get_close_matches(str(got), allowed, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"must be one of {', '.join(allowed)}{hint}"


def _explain(details: ErrorDetails, root: type[BaseModel]) -> Iterator[Problem]:
    """Yield pydantic's complaint in this project's words."""
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    path, model = _locate(details["loc"], root)
    if kind in ("problems", "problems_within"):
        above = path[:-1] if kind == "problems" else path
        for problem in context["problems"]:
            yield Problem(above + problem.path, problem.message)
    elif kind in ("extra_forbidden", "invalid_key"):
        yield Problem(path, f"unknown setting; {choice(path[-1], list(model.model_fields))}")
    elif kind == "missing":
        field = model.model_fields.get(str(path[-1]))
        if field is None:  # an entry of a list that is too short
            yield Problem(path, "got nothing; must be given")
            return
        named = (it.words() for it in field.metadata if isinstance(it, Wanted))
        wanted = field.description or next(named, "")
        yield Problem(path, f"got nothing; must be given: {wanted}")
    elif details["loc"] and details["loc"][-1] == "[key]":
        too_long = kind == "string_too_long"
        wanted = _WORDING[kind](context) if too_long else _a_text(value, NAME)
        yield Problem(path, f"{got(value)} as a name; {wanted}")
    elif kind == "value_error":
        yield Problem(path, str(context["error"]))
    elif kind == "literal_error":
        allowed = [str(it) for it in re.findall(r"'([^']*)'", context["expected"])]
        yield Problem(path, f"{got(value)}; {choice(value, allowed)}")
    elif kind == "string_pattern_mismatch":
        yield Problem(path, f"{got(value)}; must be a path of letters, digits and . _ / + -")
    elif kind == "string_type" and isinstance(value, bool | date):
        yield Problem(path, f"{got(value)}; {_a_text(value, 'must be a text')}")
    else:
        wording: Callable[[dict[str, Any]], str]
        wording = _WORDING.get(kind, lambda _: details["msg"])
        yield Problem(path, f"{got(value)}; {wording(context)}")


NAME = "must consist of letters, digits and _"


def _a_text(value: Any, wanted: str) -> str:
    """Say what is wanted and, of what YAML has not read as a text, that it takes quotes."""
    if not isinstance(value, bool | int | float | date):
        return wanted
    return f"{wanted}; in quotes, if it is meant as it stands: {_READ[type(value)]}"


# Of what YAML reads otherwise than as a text.
_READ = {
    bool: "without them, yes, no, on, off, true and false are no texts",
    int: "without them, it is a number",
    float: "without them, it is a number",
    date: "without them, it is a date",
    datetime: "without them, it is a date",
}


def _locate(
    location: Sequence[str | int], root: type[BaseModel]
) -> tuple[tuple[str | int, ...], type[BaseModel]]:
    """Return where an error is; pydantic also names the word ``[key]``, which no file contains.

    Parameters
    ----------
    location
        As pydantic says it.
    root
        Model of the whole file.

    Returns
    -------
    path
        Of the setting, as the file has it.
    model
        That its last key belongs to.
    """
    annotation: Any = root
    model = root
    path: list[str | int] = []
    for part in location:
        if part == "[key]":
            continue
        path.append(part)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
            field = annotation.model_fields.get(str(part))
            annotation = field.annotation if field else None
            # Settings that may be left out: what is in them is theirs.
            if {*get_args(annotation)} > {type(None)}:
                annotation = next(it for it in get_args(annotation) if it is not type(None))
        elif get_origin(annotation) is dict:
            annotation = get_args(annotation)[1]
        elif get_origin(annotation) is tuple:
            annotation = get_args(annotation)[0]
    return tuple(path), model
