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
NEEDED = ("s", "max_rss", "cpu_time")  # columns, of which "s" tells what the file is


class Usage(NamedTuple):
    """What one job has used.

    Attributes
    ----------
    elapsed
        Seconds by the clock.
    seconds
        Of processor time, of all its processes; None if it was too short to be looked at.
    memory
        Largest resident set (MB); None as well.
    """

    elapsed: float | None
    seconds: float | None
    memory: float | None


def read_benchmark(path: Path) -> Iterator[Usage]:
    """Yield what the jobs of one file have used: one, unless Snakemake was told to repeat it.

    Raises
    ------
    UserError
        The file cannot be read, or is no benchmark.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file, delimiter="\t")) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: cannot be read: {error}; must be a benchmark") from error
    if not rows or not set(NEEDED) <= set(header):
        raise UserError(
            f"{path}: not a benchmark of Snakemake; must have the columns {', '.join(NEEDED)} "
            "and a line for each job"
        )
    for row in rows:
        values = dict(zip(header, row, strict=False))
        elapsed, memory, seconds = (_number(values.get(it, ""), it, path) for it in NEEDED)
        yield Usage(elapsed, seconds, memory)


def elapsed(path: Path) -> float | None:
    """Return the seconds by the clock of the last job of a file; None where no benchmark says so.

    Jobs that are being made again have none for a while, and results may have been copied without.
    """
    try:
        return [it.elapsed for it in read_benchmark(path)][-1]
    except UserError:
        return None


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
