"""How figures and verdicts are made again, how long that takes, and what they were made from."""

import math
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from thermophoresis.errors import UserError
from thermophoresis.provenance.benchmarks import FOLDER, read_benchmark
from thermophoresis.provenance.origin import Origin, read_origin

AGAIN = "uv run snakemake --cores all"  # what makes any target again from the default configuration
CHECKSUM_DIGITS = 12
# Snapshots and traces are left by the job that makes a run.
LEFT_BY_RUNS = re.compile("^(?:snapshots|traces)/")


class Made(NamedTuple):
    """How one file came about.

    Attributes
    ----------
    command
        Makes it again, with all that is not there of what it is made from.
    time
        What the jobs have taken that it rests on, in words; empty where that is not recorded.
    code
        Fingerprint of the code that made it; empty if the file does not tell.
    inputs
        What it was made from, a line each: its inputs, then what these were made from.
    """

    command: str
    time: str
    code: str
    inputs: tuple[str, ...]


class Results:
    """The files of a folder of results, each named by its path in it.

    Parameters
    ----------
    folder
        The folder, as it is written in commands.
    again
        Start of the command that makes a file again.
    """

    def __init__(self, folder: str | Path, again: str = AGAIN):
        self._folder, self._again = Path(folder), again
        self.origin = cache(partial(_origin, self._folder))
        self._seconds = cache(partial(_seconds, self._folder / FOLDER))
        self._above: dict[str, frozenset[str]] = {}

    def made(
        self, file: str, *, inputs: Iterable[str] | None = None, target: str | None = None
    ) -> Made:
        """Return how a file came about.

        Parameters
        ----------
        file
            Its path in the folder.
        inputs
            What it was made from, where it does not tell itself.
        target
            What is to be made again, where it is not the file itself.
        """
        origin = self.origin(file)
        direct = {it: "" for it in inputs} if inputs is not None else _inputs(file, origin)
        above = frozenset(direct).union(*map(self.above, direct))
        return Made(
            command=f"{self._again} -- {quote(str(self._folder / (target or file)))}",
            time=self._time({file, *above}),
            code=origin.code_fingerprint if origin else "",
            inputs=(*self._named(direct), *self._counted(above.difference(direct))),
        )

    def above(self, file: str) -> frozenset[str]:
        """Return all files that one was made from, directly or not."""
        if file not in self._above:
            direct = _inputs(file, self.origin(file))
            self._above[file] = frozenset(direct).union(*map(self.above, direct))
        return self._above[file]

    def _named(self, files: Mapping[str, str]) -> Iterable[str]:
        """Yield a line on each file, with its checksum where one is known."""
        for file, checksum in sorted(files.items()):
            parts = [checksum[: len("sha256:") + CHECKSUM_DIGITS], self._code([file])]
            yield f"{file}: {', '.join(filter(None, parts)) or 'says nothing of its origin'}"

    def _counted(self, files: Iterable[str]) -> Iterable[str]:
        """Yield a line on the files of each folder."""
        folders = defaultdict(list)
        for file in files:
            folders[posixpath.dirname(file)].append(file)
        for folder, held in sorted(folders.items()):
            what = f"{folder}: {len(held):,} files" if len(held) > 1 else held[0]
            yield ", ".join(filter(None, [what, self._code(held)]))

    def _code(self, files: Iterable[str]) -> str:
        """Say which code has made some files."""
        origins = filter(None, map(self.origin, files))
        codes = sorted({origin.code_fingerprint for origin in origins})
        return f"code {', '.join(codes)}" if codes else ""

    def _time(self, files: Iterable[str]) -> str:
        """Say what the jobs have taken that made some files; several can be of one job."""
        jobs = {LEFT_BY_RUNS.sub("runs/", posixpath.splitext(file)[0]) for file in files}
        seconds = [self._seconds(job) for job in sorted(jobs)]
        known = [it for it in seconds if it is not None]
        if not known:
            return ""
        count = f"{len(jobs):,} job{'s' * (len(jobs) != 1)}"
        unknown = f", {len(jobs) - len(known):,} of them not recorded"
        return f"{duration(math.fsum(known))} of processor time in {count}" + (
            unknown if len(known) < len(jobs) else ""
        )


def duration(seconds: float) -> str:
    """Write a time in the unit in which it is easily read: "40 s", "12 min", "3.5 h"."""
    if seconds < 59.5:
        return f"{seconds:.0f}\u00a0s"
    if (minutes := seconds / 60) < 99.5:
        return f"{minutes:.{0 if minutes >= 9.95 else 1}f}\u00a0min"
    return f"{seconds / 3600:.1f}\u00a0h"


def _origin(folder: Path, file: str) -> Origin | None:
    """Return what a file says of its origin; None if it is not there, or says nothing."""
    path = folder / file
    try:
        return read_origin(path) if path.is_file() else None
    except (KeyError, UserError):  # of no format that carries it
        return None


def _inputs(file: str, origin: Origin | None) -> dict[str, str]:
    """Return the checksums of what a file was made from, by paths in its folder of results."""
    beside = posixpath.dirname(file)
    inputs = origin.inputs if origin else {}
    return {posixpath.normpath(posixpath.join(beside, it)): sum_ for it, sum_ in inputs.items()}


def _seconds(folder: Path, job: str) -> float | None:
    """Return the processor time of a job; 0 where it was too short, None if there is no record."""
    path = folder / f"{job}.tsv"
    try:
        return math.fsum(it.seconds or 0.0 for it in read_benchmark(path))
    except UserError:
        return None
