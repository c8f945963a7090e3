"""What a configuration would take: a table of its experiments, with costs on this machine."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.configuration import Config
from thermophoresis.config.memory import too_large
from thermophoresis.config.run import RunSettings
from thermophoresis.config.traces import TraceSettings
from thermophoresis.products import data_of
from thermophoresis.simulations.calibration import Calibration, Cost

HEADER = ("experiment", "cells", "seeds", "runs", "replicas", "steps of the longest run")
COST_HEADER = ("parameters", "memory (MB)", "on disk", "processor time")
NUMBER = {"float32": 4, "float64": 8}  # bytes
LARGE = 2**30  # bytes of the trace of one run that is named as large


class Ensemble(NamedTuple):
    """Runs of an experiment whose steps cost the same, or nearly.

    Attributes
    ----------
    runs
        With one batch size; they differ in learning rate and seed.
    cost
        Of each of them; None where their data are not there yet, or they do not fit into memory.
    """

    runs: Sequence[RunSettings]
    cost: Cost | None

    @property
    def seconds(self) -> float:
        """Time that all of them take on one core; 0 where it is not known."""
        cost = self.cost
        if cost is None:
            return 0.0
        return sum(cost.seconds(run.steps, run.record_grid.records) for run in self.runs)

    @property
    def disk(self) -> float:
        """Size of all files that they leave, not compressed; 0 where it is not known."""
        return sum(_size(it, self.cost) for it in self.runs) if self.cost else 0


def _size(run: RunSettings, cost: Cost) -> float:
    """Return the size of the files that a run leaves (bytes)."""
    kept = run.snapshot_count * min(run.replicas, run.snapshot_replicas)
    return (
        run.record_grid.records * cost.record_bytes + kept * cost.parameters * NUMBER[run.precision]
    )


def table(config: Config, calibration: Calibration | None) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a table: a header, and what each experiment trains and takes.

    Parameters
    ----------
    config
        The configuration.
    calibration
        What tells costs; None leaves their columns out.

    Raises
    ------
    UserError
        An ensemble cannot be trained; see `ensemble.train`.
    """
    yield HEADER + (COST_HEADER if calibration else ())
    total: list[Ensemble] = []
    for name, group in groupby(config.runs(), key=lambda run: run.experiment):
        runs = list(group)
        experiment = config.experiments[name]
        row: tuple[str, ...] = (
            name,
            f"{len(experiment.cells())}",
            f"{len(experiment.seeds)}",
            f"{len(runs)}",
            f"{experiment.replicas}",
            f"{max(run.steps for run in runs):,}",
        )
        if calibration:
            found = list(_ensembles(runs, Path(config.results), calibration))
            total += found
            row += _costs(found)
        yield row
    if calibration and len(config.experiments) > 1:
        yield ("total", "", "", f"{len(config.runs())}", "", "", *_costs(total))


def _ensembles(
    runs: Iterable[RunSettings], results: Path, calibration: Calibration
) -> Iterator[Ensemble]:
    """Yield runs with what they cost: measured once for what differs in rate and seed alone."""

    def alike(run: RunSettings) -> str:
        settings = run.model_dump(mode="json", exclude={"learning_rate", "seed"})
        return canonical_json(settings)

    for _, group in groupby(sorted(runs, key=alike), key=alike):
        same = list(group)
        longest = max(same, key=lambda run: run.steps)
        files = [results / file for file in data_of(longest)]
        ready = all(file.exists() for file in files) and not any(too_large(same))
        data = next(iter(files), None)
        yield Ensemble(same, calibration.cost(longest, data) if ready else None)


def _costs(ensembles: Sequence[Ensemble]) -> tuple[str, ...]:
    """Return the cells of a table that say what ensembles take."""
    costs = [it.cost for it in ensembles if it.cost]
    if not costs:
        return ("?",) * len(COST_HEADER)
    least = "" if len(costs) == len(ensembles) else ">= "
    counts = {cost.parameters for cost in costs}
    return (
        f"{max(counts):,}",
        f"{max(cost.memory for cost in costs):.0f}",
        least + readable_size(sum(it.disk for it in ensembles)),
        least + readable_time(sum(it.seconds for it in ensembles)),
    )


def remarks(config: Config, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield what a reader of the table should know."""
    cores = os.cpu_count() or 1
    yield (
        f"Times are of training on one core, measured on short runs; here are {cores} of them. "
        "Sizes are before compression. Measurements, figures and report come on top."
    )
    if config.datasets and any("?" in row for row in rows):
        files = (f"{config.results}/data/{name}.nc" for name in config.datasets)
        yield f"?: known when its images are there: snakemake {' '.join(files)}"


def traces_of(config: Config) -> Iterator[str]:
    """Yield how much is traced in each experiment that is, and whether that is much."""
    for name, group in groupby(config.runs(), key=lambda run: run.experiment):
        sizes = [trace_bytes(run) for run in group]
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes):
            yield f"traces of {name}: as many as its images have epochs"
        elif any(known):
            much = "; that is much" if max(known) > LARGE else ""
            one, all_of_them = map(readable_size, (max(known), sum(known)))
            yield f"traces of {name}: at most {one} a run, {all_of_them} in all{much}"


def trace_bytes(run: RunSettings) -> int | None:
    """Return at most how many bytes are traced of a run: a network may have fewer weights.

    Returns
    -------
    int or None
        None if the data file alone tells how long an epoch is.
    """
    traces: TraceSettings | None = run.traces
    if traces is None:
        return 0
    if traces.every == "epoch":
        if run.epoch_samples is None:
            return None
        moments = int(min(run.steps, run.samples / run.epoch_samples)) + 1
    else:
        moments = run.steps // traces.every + 1
    return moments * run.traced * traces.numbers * NUMBER[run.precision]


def readable_size(number: float) -> str:
    """Return a number of bytes in words."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} TB"


def readable_time(seconds: float) -> str:
    """Return a time in words."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.3g} h"
