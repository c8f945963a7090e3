"""How far a run of the pipeline is, from files alone.

Who looks need not be where the jobs are, nor have been there when they began. What tells of a job:

- its products, which appear under their names when they are whole;
- the file ``….job`` beside its log, which `workflow/scripts/make.sh` keeps while it goes on and
  leaves if it does not succeed;
- the last lines of its log;
- what Snakemake has locked in ``.snakemake/locks`` while it is at work: all files that it is going
  to make, those that are there and have to be made again included. Until then, its log.

Hence what it cannot tell: whether a waiting job is in the queue of a cluster; while Snakemake is
not at work, whether a product that is there would be made again; and, until `PATIENCE` is over,
that a job was killed.
"""

import os
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from thermophoresis.products import Product

State = Literal["done", "running", "failed", "stopped", "blocked", "waiting"]

# Seconds without a sign of life after which a job counts as killed. They come every 20 s, and nodes
# may see files of others as they were a minute ago.
PATIENCE = 120.0

SNAKEMAKE = Path(".snakemake")
# What the log of Snakemake has no line with while it finds out what is to be made.
_BEYOND_START = re.compile("Job stats|Nothing to be done|[Ee]rror|Complete log")
TAIL = 8192  # bytes of a log in which its last lines are
# What a job's file tells in figures; of more than these it would be damaged.
_TIME = re.compile(r"\d{1,12}")  # s since the epoch
_STATUS = re.compile(r"\d{1,3}")

# A line of `simulations.progress`.
_PROGRESS = re.compile(
    r": +(?P<share>\d+)%, step [\d,]+ of [\d,]+, "
    r"(?P<pace>\d[\d,]*) replica-steps per second, (?P<left>\d+) s left$"
)


class Progress(NamedTuple):
    """What the last line of progress of a run says.

    Attributes
    ----------
    share
        Of the run that is done.
    pace
        Replica-steps per second.
    left
        Time to its end (s), when it was written.
    at
        When that was (s since the epoch).
    """

    share: float
    pace: float
    left: float
    at: float


class Job(NamedTuple):
    """What is known of one job.

    Attributes
    ----------
    product
        What it makes.
    state
        ``stopped``: interrupted or killed; ``blocked``: something that it rests on has failed.
    begun
        When it was begun (s since the epoch); None unless it is running, or has failed or stopped.
    alive
        When it gave its last sign of life, if it was begun.
    host
        Where, if it was begun.
    status
        How it has ended: its exit status or ``interrupted``; empty if it has not told.
    """

    product: Product
    state: State
    begun: float | None = None
    alive: float | None = None
    host: str = ""
    status: str = ""


class Snapshot(NamedTuple):
    """All jobs at one moment.

    Attributes
    ----------
    jobs
        In the order of the stages.
    at_work
        Whether Snakemake starts, or makes some of it, or was killed and has left its locks.
    now
        The moment (s since the epoch).
    """

    jobs: tuple[Job, ...]
    at_work: bool
    now: float

    def having(self, *states: State) -> list[Job]:
        """Return the jobs in some states."""
        return [job for job in self.jobs if job.state in states]


def look(
    products: Collection[Product], results: Path, *, now: float, snakemake: Path = SNAKEMAKE
) -> Snapshot:
    """Look at a folder of results.

    Parameters
    ----------
    products
        All that is to be made, in the order of the stages.
    results
        The folder, as Snakemake names it; it need not exist.
    now
        The time (s since the epoch).
    snakemake
        The folder in which Snakemake keeps what it knows.
    """
    # First what goes on: where that has just ended, its product is there.
    begun = _present(results / "logs", None)
    present = _present(results, {Path(file).parts[0] for it in products for file in it.outputs})
    root = os.path.abspath(results)
    wanted = _locked(snakemake / "locks")
    jobs: list[Job] = []
    # Files of jobs that have failed, or were stopped, and of all that rests on these.
    hopeless: set[str] = set()
    halfway: set[str] = set()
    at_work = _starting(snakemake / "log", now)
    for product in products:
        files = {file: wanted.get(f"{root}/{file}", 0.0) for file in product.outputs}
        at_work |= any(files.values())
        name = f"{product.stem}.job"
        job = _begun(product, results / "logs" / name, now) if name in begun else None
        if job is None:
            whole = all(
                file in present and not (since and _older(results / file, since))
                for file, since in files.items()
            )
            job = Job(product, "done" if whole else "waiting")
        elif job.state != "running" and (job.alive or 0.0) < max(files.values()):
            job = Job(product, "waiting")  # once more
        # What is there of it, is of before.
        if job.state in ("done", "waiting") and hopeless.intersection(product.inputs):
            job = job._replace(state="blocked")
        elif job.state == "done" and halfway.intersection(product.inputs):
            job = job._replace(state="waiting")
            halfway.update(product.outputs)
        if job.state in ("failed", "blocked"):
            hopeless.update(product.outputs)
        elif job.state == "stopped":
            halfway.update(product.outputs)
        jobs.append(job)
    return Snapshot(tuple(jobs), at_work, now)


def log_of(job: Job, results: Path) -> Path:
    """Return the path of the log of a job."""
    return results / "logs" / f"{job.product.stem}.log"


def last_line(log: Path) -> str:
    """Return the last line of a log that says something; empty if there is none."""
    lines = [line.strip() for line in _tail(log).splitlines()]
    return next(filter(None, reversed(lines)), "")


def progress(job: Job, results: Path) -> Progress | None:
    """Return how far a running job is; None if it has not said so since it was begun."""
    log = log_of(job, results)
    try:
        at = log.stat().st_mtime
    except OSError:
        return None
    # Before the first line of this attempt there may be those of the last one.
    if job.begun is None or at < int(job.begun):
        return None
    found = None
    for line in _tail(log).splitlines():
        found = _PROGRESS.search(line) or found
    if found is None:
        return None
    share, pace, left = (float(found[name].replace(",", "")) for name in ("share", "pace", "left"))
    return Progress(share / 100, pace, left, at)


def _begun(product: Product, path: Path, now: float) -> Job | None:
    """Return what the file of a begun job says of it; None if the job has just ended well."""
    try:
        if not path.is_file():  # a pipe would never come to its end
            return None
        alive = path.stat().st_mtime
        first, *more = path.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
    except OSError:
        return None
    when, _, host = first.partition(" ")
    job = Job(product, "running", float(when) if _TIME.fullmatch(when) else alive, alive, host)
    if more:
        status = more[-1].strip()
        failed = _STATUS.fullmatch(status) is not None
        return job._replace(state="failed" if failed else "stopped", status=status)
    return job._replace(state="stopped") if now - alive > PATIENCE else job


def _older(path: Path, since: float) -> bool:
    """Return whether a file is older than some time, or gone."""
    try:
        return path.stat().st_mtime < since
    except OSError:
        return True


def _starting(folder: Path, now: float) -> bool:
    """Return whether Snakemake finds out what is to be made, by its last log."""
    log = max(folder.glob("*.snakemake.log"), default=None)
    if log is None or _older(log, now - PATIENCE):
        return False
    return not _BEYOND_START.search(_tail(log))


def _locked(folder: Path) -> Mapping[str, float]:
    """Return when the files were locked that Snakemake is going to make (s since the epoch)."""
    found: dict[str, float] = {}
    for path in sorted(folder.glob("*.output.lock")):
        try:
            found |= _listed(path, path.stat().st_mtime_ns)
        except OSError:  # it has just ended
            continue
    return found


@lru_cache(maxsize=8)
def _listed(path: Path, modified: int) -> Mapping[str, float]:
    """Return the absolute paths in a file, with the time of the file (s since the epoch)."""
    # Names of files need not be UTF-8.
    files = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    return dict.fromkeys(map(os.path.abspath, files), modified / 1e9)


def _present(folder: Path, tops: Collection[str] | None) -> set[str]:
    """Return the files below a folder, relative to it; only those in some of its entries if given.

    Folders are listed, which for ten thousand runs takes less than asking for each file. One that
    is not there, or not any more, has none.
    """
    found: set[str] = set()
    top = os.fspath(folder)
    for place, folders, files in os.walk(top, followlinks=True):
        inside = place[len(top) :].lstrip("/")
        if not inside and tops is not None:
            folders[:] = [it for it in folders if it in tops]
            files = [it for it in files if it in tops]
        found.update(f"{inside}/{it}" if inside else it for it in files)
    return found


def _tail(log: Path) -> str:
    """Return the end of a log; empty if it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
