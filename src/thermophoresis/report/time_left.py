"""How long what is left of a run takes, from how long jobs took that are done.

The time of a training job is taken to be a start and a part in proportion to its work
(`config.run`), both by least squares over the jobs of its experiment. Other jobs are taken to be as
long as those of the same sort. Where none is done, those of the whole stage tell, if there are any.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import fsum
from pathlib import Path
from typing import NamedTuple

from thermophoresis.config.run import RunSettings
from thermophoresis.products import Product, Stage
from thermophoresis.provenance.benchmarks import FOLDER, elapsed
from thermophoresis.report.run_state import Job, Progress, Snapshot

# Jobs of these stages take seconds; until one is done, so many.
SHORT: frozenset[Stage] = frozenset({"gather", "judge", "ledger", "draw", "report"})
SHORT_SECONDS = 5.0
# How far back jobs are counted that were on at the same time (s).
RECENT = 600.0

# What jobs have in common, from the closest to the widest.
Sort = tuple[str, ...]


class Took(NamedTuple):
    """How long a job took.

    Attributes
    ----------
    seconds
        From its beginning to its end.
    end
        When that was (s since the epoch).
    """

    seconds: float
    end: float


class Left(NamedTuple):
    """How long what is left takes.

    Attributes
    ----------
    seconds
        To the end of everything but what cannot be made.
    parallel
        Jobs that are on at the same time.
    unknown
        Number of jobs that are not in `seconds`, since nothing is known of their length.
    """

    seconds: float
    parallel: float
    unknown: int


def took(products: Iterable[Product], results: Path) -> dict[str, Took]:
    """Return how long jobs took the last time that they were done, by the stem of their product."""
    found = {}
    for product in products:
        path = results / FOLDER / f"{product.stem}.tsv"
        try:
            modified = path.stat().st_mtime_ns
        except OSError:
            continue
        seconds = _seconds(path, modified)
        if seconds is not None:
            found[product.stem] = Took(seconds, modified / 1e9)
    return found


@lru_cache(maxsize=100_000)
def _seconds(path: Path, modified: int) -> float | None:
    """Return the seconds in a benchmark as it was when it was modified."""
    return elapsed(path)


def works(products: Iterable[Product]) -> dict[str, float]:
    """Return the work of jobs, each in units of its sort, by the stem of their product."""
    return {
        it.stem: it.settings.work if isinstance(it.settings, RunSettings) else 1.0
        for it in products
    }


def left(
    snapshot: Snapshot,
    work: Mapping[str, float],
    finished: Mapping[str, Took],
    running: Mapping[str, Progress],
) -> Left:
    """Return how long what is left takes.

    Parameters
    ----------
    snapshot
        All jobs.
    work, finished, running
        By the stems of their products: the work of all jobs, how long jobs took, and how far
        running ones are that say so.
    """
    now = snapshot.now
    points: dict[Sort, list[tuple[float, float]]] = {}

    def learn(product: Product, seconds: float) -> None:
        for sort in _sorts(product):
            points.setdefault(sort, []).append((work[product.stem], seconds))

    for job in snapshot.jobs:
        if said := running.get(job.product.stem):
            learn(job.product, said.at - (job.begun or said.at) + said.left)
        elif ended := finished.get(job.product.stem):
            learn(job.product, ended.seconds)
    laws = {sort: _law(of_sort) for sort, of_sort in points.items()}

    def remaining(job: Job) -> float | None:
        if said := running.get(job.product.stem):
            return max(0.0, said.left - (now - said.at))
        sort = next(filter(laws.__contains__, _sorts(job.product)), None)
        if sort is not None:
            start, rate = laws[sort]
            whole = start + rate * work[job.product.stem]
        elif job.product.stage in SHORT:
            whole = SHORT_SECONDS
        else:
            return None
        return max(0.0, whole - (now - job.begun if job.state == "running" and job.begun else 0.0))

    each = [remaining(job) for job in snapshot.having("running", "waiting", "stopped")]
    known = [seconds for seconds in each if seconds is not None]
    begun = [job.begun for job in snapshot.having("running") if job.begun is not None]
    parallel = _parallel(begun, finished.values(), now)
    # However many are on at a time, the longest takes what it takes.
    seconds = max(fsum(known) / parallel, *known, 0.0)
    return Left(seconds, parallel, len(each) - len(known))


def _sorts(product: Product) -> list[Sort]:
    """Return what a job is one of, from the closest to the widest."""
    stage, *parts = product.stage, *product.name.split("/")
    if stage == "simulate":
        return [(stage, parts[0]), (stage,)]
    if stage == "measure":
        return [(stage, *parts[:2]), (stage, parts[0])]
    return [(stage,)]


def _law(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the start (s) and the time for each unit of work by which jobs take what they took.

    By least squares with both of them >= 0.
    """
    work, seconds = (fsum(column) / len(points) for column in zip(*points, strict=True))
    squares = fsum((x - work) ** 2 for x, _ in points)
    products = fsum((x - work) * (y - seconds) for x, y in points)
    if squares <= 0:  # all alike: one of more work is expected to take longer
        return 0.0, seconds / work if work else 0.0
    rate = products / squares
    if rate < 0:
        return seconds, 0.0
    if seconds < rate * work:
        return 0.0, fsum(x * y for x, y in points) / fsum(x * x for x, _ in points)
    return seconds - rate * work, rate


def _parallel(begun: Sequence[float], finished: Iterable[Took], now: float) -> float:
    """Return how many jobs are on at the same time, on the average over time in which any is.

    Parameters
    ----------
    begun
        When running jobs were begun (s since the epoch).
    finished
        Jobs that are done.
    now
        The time. Unless anything runs, it is asked how many cores there are.
    """
    if not begun:
        return float(os.cpu_count() or 1)
    since = now - RECENT
    spans = [(start, now) for start in begun]
    spans += [(it.end - it.seconds, it.end) for it in finished]
    recent = sorted((max(start, since), min(end, now)) for start, end in spans)
    covered, reached = 0.0, since
    for start, end in recent:
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    total = fsum(max(0.0, end - start) for start, end in recent)
    return max(1.0, total / covered) if covered else float(len(begun))
