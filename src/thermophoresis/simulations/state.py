"""States of parts within the state of a whole: arrays by name, under names with a prefix."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def named(prefix: str, values: Mapping[str, T]) -> dict[str, T]:
    """Return values under names with a prefix."""
    return {f"{prefix}/{name}": value for name, value in values.items()}


def part(values: Mapping[str, T], prefix: str) -> dict[str, T]:
    """Return the values whose names have a prefix, under their names without it."""
    start = f"{prefix}/"
    return {
        name.removeprefix(start): value for name, value in values.items() if name.startswith(start)
    }
