"""What single jobs have cost, as Snakemake's benchmarks have it.

Snakemake looks at a job from time to time. What a job did after the last look is in none of its
numbers, and one that was gone before the first look has ``NA``.
"""

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from thermophoresis.errors import UserError

FOLDER = "benchmarks"
ELAPSED = "s"  # the column of seconds by the clock, which tells what the file is


class Usage(NamedTuple):
    """What one job has used.

    Attributes
    ----------
    seconds
        Of processor time, of all its processes; None if it was too short to be looked at.
    memory
        Largest resident set (MB); None as well.
    """

    seconds: float | None
    memory: float | None


def read_benchmark(path: Path) -> Iterator[Usage]:
    """Yield what the jobs of one file have used: one, unless Snakemake was told to repeat it.

    Raises
    ------
    UserError
        The file cannot be read, or is no benchmark.
    """
    for _, memory, seconds in _rows(path, ELAPSED, "max_rss", "cpu_time"):
        yield Usage(seconds, memory)


def elapsed(path: Path) -> float | None:
    """Return the seconds by the clock of the last job of a file; None where no benchmark says so.

    Jobs that are being made again have none for a while, and results may have been copied without.
    """
    try:
        *_, (seconds,) = _rows(path, ELAPSED)
    except UserError:
        return None
    return seconds


def _rows(path: Path, *columns: str) -> Iterator[list[float | None]]:
    """Yield what is in some columns of a benchmark, job by job; there is one at least."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file, delimiter="\t")) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read: {error}; must be a benchmark") from error
    if not rows or not {*columns} <= {*header}:
        raise UserError(
            f"{path}: not a benchmark of Snakemake; must have the columns {', '.join(columns)} "
            "and a line for each job"
        )
    for row in rows:
        values = dict(zip(header, row, strict=False))
        yield [_number(values.get(it, ""), it, path) for it in columns]


def _number(text: str, column: str, path: Path) -> float | None:
    """Return the number in a cell, None for ``NA``."""
    if text == "NA":
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UserError(f"{path}: {column}: got {text!r}; must be a number >= 0 or NA")
    return value
