"""Kinds: for each sort of thing a folder with one module for each kind, found by its name.

A module is imported when a kind is used, so that a job knows the kinds in its settings and no
other, and a new kind is a new file that changes nothing for those that exist.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Annotated, Any

from pydantic import PlainValidator

from thermophoresis.config.fields import Settings
from thermophoresis.config.problems import Problem, choice, got, refuse_within, validate


@cache
def names(sort: str) -> tuple[str, ...]:
    """Return the names of the kinds of a sort, such as ``networks``, sorted."""
    folder = Path(__file__).parent / sort
    return tuple(sorted(path.stem for path in folder.glob("[!_]*.py")))


def declaration(sort: str, name: str) -> ModuleType:
    """Return the module that declares a kind.

    Raises
    ------
    ModuleNotFoundError
        There is no such kind.
    """
    return importlib.import_module(f"thermophoresis.config.{sort}.{name}")


@cache
def model(sort: str, name: str) -> type[Any]:
    """Return the settings' model of a kind: the one class that its declaration defines."""
    module = declaration(sort, name)
    found: type[Settings]
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Settings)
        and value.__module__ == module.__name__
    )
    return found


def one_of(
    sort: str,
    *,
    key: str = "kind",
    default: str | None = None,
    required: Mapping[str, str] = MappingProxyType({}),
    among: Callable[[], Sequence[str]] | None = None,
) -> Any:
    """Return the type of a field whose value is a mapping with the settings of one kind.

    Parameters
    ----------
    sort
        The folder of the kinds.
    key
        Which of the settings names the kind.
    default
        Kind where none is named; None if one must be.
    required
        Settings that must be given here, though the kind has defaults for them, in words.
    among
        Returns the kinds that are allowed; None for all.
    """

    def typed(value: Any) -> Settings:
        if isinstance(value, Settings):
            return value
        if not isinstance(value, Mapping):
            raise refuse_within(Problem((), f"{got(value)}; must be a mapping"))
        name = value.get(key, default)
        if name not in names(sort) or (among and name not in among()):
            allowed = among() if among else names(sort)
            raise refuse_within(Problem((key,), f"{got(name)}; {choice(name or '', allowed)}"))
        known: type[Settings] = model(sort, name)
        settings, problems = validate(known, {**value, key: name})
        problems += [
            Problem((setting,), f"got nothing; must be given: {words}")
            for setting, words in required.items()
            if not value.get(setting)
        ]
        if settings is None or problems:
            raise refuse_within(*problems)
        return settings

    return Annotated[Any, PlainValidator(typed)]


def by_kind(sort: str, *, among: Callable[[], Sequence[str]], unknown: str) -> Any:
    """Return the type of a field whose value maps some of the kinds of a sort to their settings.

    Parameters
    ----------
    sort
        The folder of the kinds.
    among
        Returns the kinds that are allowed.
    unknown
        What is said of others: "is not …".
    """

    def typed(value: Any) -> dict[str, Settings]:
        if not isinstance(value, Mapping):
            raise refuse_within(Problem((), f"{got(value)}; must be a mapping"))
        found: dict[str, Settings] = {}
        problems: list[Problem] = []
        for name, settings in value.items():
            if name not in names(sort) or name not in among():
                problems.append(Problem((name,), f"{unknown}; {choice(name, among())}"))
            elif isinstance(settings, Settings):
                found[name] = settings
            elif isinstance(settings, Mapping) and settings.get("kind", name) != name:
                message = f"{got(settings['kind'])}; must be {name} (or left out)"
                problems.append(Problem((name, "kind"), message))
            elif not isinstance(settings, Mapping):
                problems.append(
                    Problem((name,), f"{got(settings)}; must be a mapping, such as {{}}")
                )
            else:
                known, wrong = validate(model(sort, name), {**settings, "kind": name})
                found |= {name: known} if known is not None else {}
                problems += [Problem((name, *problem.path), problem.message) for problem in wrong]
        if problems:
            raise refuse_within(*problems)
        return found

    return Annotated[Any, PlainValidator(typed)]
