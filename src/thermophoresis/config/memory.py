"""Whether runs fit into the memory of this machine, told before anything is trained.

What is counted is kept for certain; a run takes more than that. So no run is refused that could be
trained, and not every one that cannot is.
"""

import math
import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from thermophoresis.config.run import RunSettings

# Bytes of a number; of probe sets and of what is recorded whatever the precision of the training.
NUMBER = {"float32": 4, "float64": 8}
PROBED, RECORDED = 8, 4

MEMORY_OF_MACHINE = "/proc/meminfo"
GROUPS_OF_PROCESS = "/proc/self/cgroup"
# Of the two versions of control groups: where they are, and the file with the limit of one.
UNIFIED = ("/sys/fs/cgroup", "memory.max")
SPLIT = ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")

# MB that a training job asks a cluster for, at least.
USUAL = 4000
# Of what is certain, so that the rest fits as well.
ASKED = 2


def least(run: RunSettings) -> int:
    """Return how much memory the training of a run takes at least (bytes).

    That are parameters and probe set of one replica, what is recorded of all, and snapshots.
    """
    number = NUMBER[run.precision]
    weights = run.network.least_weights * number
    kept = min(run.replicas, run.snapshot_replicas) * run.snapshot_count
    inputs = 1 if run.data.has_dataset else getattr(run.network, "inputs", None) or 1
    # No more of images than there are.
    probe = 0 if run.data.has_dataset else run.probe_size * inputs * PROBED
    recorded = run.replicas * run.record_grid.records * len(run.recorded) * RECORDED
    return (1 + kept) * weights + probe + recorded


def asked(run: RunSettings) -> int:
    """Return how much memory a training job asks a cluster for (MB)."""
    return max(USUAL, math.ceil(ASKED * least(run) / 1e6))


def too_large(runs: Iterable[RunSettings]) -> Iterator[str]:
    """Yield which runs need more memory than there is here, those of an experiment in one line."""
    room = available()
    largest: dict[str, RunSettings] = {}
    for run in runs:
        if least(run) > least(largest.setdefault(run.experiment, run)):
            largest[run.experiment] = run
    for run in largest.values():
        if (need := least(run)) > room:
            yield (
                f"{run.name}: needs about {need / 1e9:,.1f} GB of memory or more, and here are "
                f"{room / 1e9:,.1f} GB: lower replicas, snapshot_replicas, records or probe_size, "
                "take a smaller network, or train it on another machine"
            )


def lacking(error: Exception) -> str:
    """Return in one line that there was not enough memory, if an error is that; else nothing."""
    # That of torch is a RuntimeError, or derived from it where it is about a GPU.
    words = ("out of memory", "not enough memory", "can't allocate memory")
    if not isinstance(error, MemoryError) and not any(it in str(error) for it in words):
        return ""
    (line,) = str(error).splitlines()[:1] or [type(error).__name__]
    return f"out of memory: {line}"


def available() -> float:
    """Return how much memory a process can have here (bytes); infinity where that is not known.

    The machine's and its swap space, or what its control group or `ulimit -v` leaves of it.
    """
    limits = [math.inf]
    with suppress(OSError, ValueError, KeyError):
        lines = Path(MEMORY_OF_MACHINE).read_text().splitlines()
        told = {name: int(rest.split()[0]) * 1024 for name, _, rest in map(_parts, lines)}
        limits.append(min([told["MemTotal"], *_of_groups()]) + told["SwapTotal"])
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        limits.append(soft)
    return min(limits)


def _parts(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _of_groups() -> Iterator[int]:
    """Yield the limits of the control group of this process, and of those that it is in."""
    for line in Path(GROUPS_OF_PROCESS).read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root, name = SPLIT if controllers else UNIFIED
        group = Path(root, path.lstrip("/"))
        for folder in (group, *group.parents):
            # In a container paths can be those outside of it.
            with suppress(OSError, ValueError):
                yield int(folder.joinpath(name).read_text())
