"""What results have cost, by stage and experiment: sums over Snakemake's benchmarks of the jobs."""

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from thermophoresis.errors import UserError
from thermophoresis.products import STAGES, stage_of
from thermophoresis.provenance.benchmarks import FOLDER, read_benchmark

DETAILED = ("simulate", "measure")  # stages with a row for each experiment
HEADER = ("stage", "experiment", "jobs", "processor seconds", "largest memory (MB)")


class Job(NamedTuple):
    """What one job has cost.

    Attributes
    ----------
    stage
        That it was of, or the folder of its benchmark where no stage has such a one.
    experiment
        Or another name of what it was about; empty if there is none.
    seconds
        Of processor time, of all its processes; None if it was too short to be looked at.
    memory
        Largest resident set (MB); None as well.
    """

    stage: str
    experiment: str
    seconds: float | None
    memory: float | None


def read(results: str | Path) -> list[Job]:
    """Read the benchmarks of all jobs that have made a folder of results.

    Parameters
    ----------
    results
        The folder; those made before the stages had their present names will do.

    Raises
    ------
    UserError
        There is no such folder, it has no benchmarks, or a file in their place is none.
    """
    folder = Path(results) / FOLDER
    if not Path(results).is_dir():
        raise UserError(f"{results}: no such folder; must be a folder of results")
    jobs = [job for path in sorted(folder.rglob("*.tsv")) for job in _jobs(path, folder)]
    if not jobs:
        raise UserError(f"{folder}: no benchmarks; must have those that Snakemake has written")
    return jobs


def table(jobs: Iterable[Job]) -> list[tuple[str, ...]]:
    """Return the rows of a table: a header, stages in their order, then other folders, a total."""
    jobs = list(jobs)
    rows = [HEADER]
    others = sorted({job.stage for job in jobs}.difference(STAGES))
    for stage in (*STAGES, *others):
        of_stage = [job for job in jobs if job.stage == stage]
        if of_stage:
            rows.append((stage, "", *_sums(of_stage)))
        if stage in DETAILED:
            for name in sorted({job.experiment for job in of_stage}):
                rows.append(("", name, *_sums(job for job in of_stage if job.experiment == name)))
    return [*rows, ("total", "", *_sums(jobs))]


def unmeasured(jobs: Iterable[Job]) -> str:
    """Say how many jobs have no processor time; nothing if all have."""
    jobs = list(jobs)
    without = sum(job.seconds is None for job in jobs)
    if not without:
        return ""
    verb = "has" if without == 1 else "have"
    return (
        f"{without} of {len(jobs)} jobs {verb} no processor time (NA): gone before Snakemake "
        "looked, and not in the sums"
    )


def _sums(jobs: Iterable[Job]) -> tuple[str, str, str]:
    """Return the number of jobs, their processor seconds and their largest memory, as texts."""
    jobs = list(jobs)
    seconds = [job.seconds for job in jobs if job.seconds is not None]
    memory = [job.memory for job in jobs if job.memory is not None]
    return (
        f"{len(jobs):,}",
        f"{math.fsum(seconds):,.0f}" if seconds else "NA",
        f"{max(memory):,.0f}" if memory else "NA",
    )


def _jobs(path: Path, folder: Path) -> Iterator[Job]:
    """Yield the jobs of one file: one, unless Snakemake was told to repeat it."""
    relative = path.relative_to(folder)
    unknown = (*relative.parent.parts, folder.name)[0]
    stage, experiment = stage_of(relative.with_suffix("").as_posix()) or (unknown, "")
    for used in read_benchmark(path):
        yield Job(stage, experiment, *used)
