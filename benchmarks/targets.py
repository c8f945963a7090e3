"""What is aimed at: ratios within one run, and a few rates; held against what was measured."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from contest import CASES, OURS

# Replica-steps/s of the whole job on one core (AMD EPYC, Zen 5) before its loops were compiled.
JOB_BEFORE = 3.6e6
COMPILED = "torch.func vmap, torch.compile"


class Measured:
    """What runs of the command have measured, by device.

    Parameters
    ----------
    runs
        As the command keeps them; the last of each device counts.
    """

    def __init__(self, runs: Sequence[Mapping[str, Any]]):
        self.of = {run["device"]: run for run in runs}
        self._of_processor = {run["hardware"]: run for run in runs if run["device"] == "cpu"}

    def rows(self, device: str, task: str, case: str | None = None) -> list[Mapping[str, Any]]:
        """Return what was measured in contests of one task."""
        found = self.of.get(device, {}).get("rows", [])
        return [row for row in found if row["task"] == task and case in (None, row["case"])]

    def ratios(
        self, device: str, task: str, case: str | None = None, against: str = ""
    ) -> Iterator[float]:
        """Yield how many times faster ours is than each whose name begins so, in each contest."""
        rows = self.rows(device, task, case)
        ours = {(it["case"], it["replicas"]): it for it in rows if it["name"] == OURS}
        for row in rows:
            own = ours.get((row["case"], row["replicas"]))
            if row["name"] == OURS or not row["name"].startswith(against) or not own:
                continue
            if ratio := ratio_of(own, row):
                yield ratio

    def rate(self, device: str, case: str, replicas: int) -> float | None:
        """Return the replica-steps a second of ours."""
        for row in self.rows(device, "steps", case):
            if row["name"] == OURS and row["replicas"] == replicas and row["rates"]:
                return statistics.median(row["rates"])
        return None

    def job(self, device: str) -> float | None:
        """Return the replica-steps a second of the whole job."""
        return _job_rate(device, self.of.get(device, {}))

    def beside_the_gpu(self) -> Mapping[str, Any]:
        """Return the run on one core of the machine with the GPU, if there is one."""
        return self._of_processor.get(self.of.get("cuda", {}).get("processor"), {})

    def job_ratio(self) -> float | None:
        """Return how many times faster than one core a GPU makes the job.

        That is a core of the same machine, if it was measured.
        """
        gpu, cpu = self.job("cuda"), _job_rate("cpu", self.beside_the_gpu()) or self.job("cpu")
        return gpu / cpu if gpu and cpu else None

    def dry_run(self, cells: int, key: str) -> float | None:
        """Return a number of the dry run with so many cells."""
        scale = self.of.get("cpu", {}).get("scale") or {}
        found = (it[key] for it in scale.get("dry_run", ()) if it["cells"] == cells)
        return next(found, None)


def _job_rate(device: str, run: Mapping[str, Any]) -> float | None:
    job = run.get("job", {})
    if not job.get("runs"):
        return None
    return float(job["replicas"] * job["steps"] / statistics.median(job_seconds(device, job)))


def job_seconds(device: str, job: Mapping[str, Any]) -> list[float]:
    """Return what each round of the whole job took: processor time on a CPU, else the clock's."""
    return [it["processor" if device == "cpu" else "wall"] for it in job["runs"]]


def seconds_of(row: Mapping[str, Any]) -> list[float]:
    """Return what one evaluation takes in every round; of all columns, where these were timed."""
    return [(row.get("columns") or 1) / rate for rate in row["rates"]]


def ratio_of(ours: Mapping[str, Any], other: Mapping[str, Any]) -> float | None:
    """Return how many times faster ours is, by medians; None where one of them failed."""
    if any(row["error"] or not row["rates"] for row in (ours, other)):
        return None
    return statistics.median(seconds_of(other)) / statistics.median(seconds_of(ours))


class Target(NamedTuple):
    """One number to reach.

    Attributes
    ----------
    device, what, wanted
        In words.
    find
        Returns it; None where it was not measured.
    least, most
        Between which it should be.
    unit
        Behind the number.
    """

    device: str
    what: str
    wanted: str
    find: Callable[[Measured], float | None]
    least: float = 0.0
    most: float = float("inf")
    unit: str = "×"


def _against(
    device: str, task: str, case: str | None, name: str, least: float, words: str
) -> Target:
    what = CASES[case].title + ", steps" if case else words

    def find(it: Measured) -> float | None:
        # Of every network that is asked for, or nothing is known of the least.
        every = [[*it.ratios(device, task, one, name)] for one in ([case] if case else CASES)]
        return min(map(min, every)) if all(every) else None

    wanted = f"≥ {least:g} × {words}" if case else "> 1 × every alternative on every network"
    return Target(device, what, wanted, find, least)


def _rate(device: str, case: str, replicas: int, least: float) -> Target:
    what = f"{CASES[case].title}, steps, {replicas:,} replicas"

    def find(it: Measured) -> float | None:
        rate = it.rate(device, case, replicas)
        return rate and rate / 1e6

    return Target(device, what, f"≥ {least:,g} M/s", find, least, unit=" M/s")


def _cells(cells: int, key: str, words: str, most: float) -> Target:
    return Target(
        "cpu", f"{words}, {cells:,} cells", f"≤ {most:g} s", lambda it: it.dry_run(cells, key),
        most=most, unit=" s",
    )  # fmt: skip


TARGETS = (
    _against("cpu", "steps", "two_layer_10", "JAX", 4, "JAX"),
    _against("cpu", "steps", "two_layer_100", "JAX", 1.5, "JAX"),
    _against("cpu", "steps", "two_layer_100", COMPILED, 1, "vmapped torch.compile"),
    _against("cpu", "steps", "mlp6", "JAX", 1.3, "JAX"),
    _against("cpu", "steps", "mlp6", COMPILED, 1, "vmapped torch.compile"),
    _against("cpu", "steps", "cnn6", "JAX", 8, "JAX"),
    _against("cpu", "steps", "cnn6", COMPILED, 1.3, "vmapped torch.compile"),
    Target(
        "cpu",
        "whole job",
        f"≥ 1 × the {JOB_BEFORE / 1e6:g} M replica-steps/s of before",
        lambda it: (it.job("cpu") or 0) / JOB_BEFORE or None,
        least=1,
    ),
    _against("cpu", "variance", None, "", 1, "gradient variance"),
    _against("cpu", "traces", None, "", 1, "traces"),
    _cells(10_000, "own_profiled_seconds", "our own share of a dry run", 10),
    _cells(10_000, "seconds", "dry run", 60),
    _against("cuda", "steps", "two_layer_10", "JAX", 10, "JAX"),
    _rate("cuda", "two_layer_10", 512, 500),
    _rate("cuda", "two_layer_10", 4096, 3000),
    _against("cuda", "steps", "two_layer_100", "JAX", 4, "JAX"),
    _rate("cuda", "two_layer_100", 4096, 80),
    _against("cuda", "steps", "mlp6", "JAX", 3, "JAX"),
    _against("cuda", "steps", "cnn6", "JAX", 15, "JAX"),
    Target("cuda", "whole job", "≥ 100 × one core of the machine", Measured.job_ratio, least=100),
    _against("cuda", "variance", None, "", 1, "gradient variance"),
    _against("cuda", "traces", None, "", 1, "traces"),
)
