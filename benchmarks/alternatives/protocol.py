"""How an alternative is spoken to: a request on each line of stdin, an answer on each of stdout.

A request is a JSON object with ``do``: ``versions``, ``prepare``, ``check`` or ``time``; an answer
an object, with ``error`` if it failed. Everything that libraries print goes to stderr. Time is
processor time on a CPU, where all that a process does is done on one core, and the clock's on a
GPU.
"""

import contextlib
import importlib.metadata
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Protocol

# Before any library is loaded that starts threads. What is left out leaves it to the system.
if core := os.environ.get("BENCHMARK_CORE"):
    with contextlib.suppress(AttributeError, OSError):  # there is none on macOS
        os.sched_setaffinity(0, {int(core)})


class Contestant(Protocol):
    """Something to be timed.

    Attributes
    ----------
    size
        What one unit of it counts: replica-steps, evaluations or parameters.
    """

    size: float

    def ready(self, units: int) -> Callable[[], None]:
        """Return what makes so many units, with all made before that is not to be timed."""

    def check(self, path: str) -> dict[str, Any]:
        """Return, or write to a file, what it computes."""


# From what is to be done, the name of a case, the device and a file of parameters and samples.
Make = Callable[..., Contestant]


def serve(make: Make, packages: Sequence[str]) -> None:
    """Answer requests until there are no more.

    Parameters
    ----------
    make
        Returns a contestant from the arguments of ``prepare``.
    packages
        Whose versions are reported.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = _Server(make, packages)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            found = getattr(server, request.pop("do"))(**request)
        except Exception as error:
            traceback.print_exc()
            words = " ".join(str(error).split()[:40])
            found = {"error": f"{type(error).__name__}: {words}"}
        answers.write(json.dumps(found) + "\n")
        answers.flush()


class _Server:
    def __init__(self, make: Make, packages: Sequence[str]):
        self._make, self._packages = make, packages
        self._contestant: Contestant
        self._clock = time.process_time

    def versions(self) -> dict[str, str]:
        """Return the versions of what is compared."""
        return {name: importlib.metadata.version(name) for name in self._packages}

    def prepare(self, *, device: str, seconds: float, **given: Any) -> dict[str, Any]:
        """Make a contestant, let it compile, and find how much it does in some time."""
        self._clock = time.process_time if device == "cpu" else time.perf_counter
        started = time.perf_counter()
        self._contestant = self._make(device=device, **given)
        self._contestant.ready(1)()
        warm_up = time.perf_counter() - started
        units = 1
        while (took := self._timed(units)) < seconds / 8:
            units = min(8 * units, max(2 * units, int(units * seconds / (4 * max(took, 1e-6)))))
        return {"warm_up": warm_up, "units": max(1, round(units * seconds / took))}

    def _timed(self, units: int) -> float:
        work = self._contestant.ready(units)
        start = self._clock()
        work()
        return self._clock() - start

    def time(self, *, units: int) -> dict[str, Any]:
        """Return how many units there are in a second."""
        seconds = self._timed(units)
        return {"rate": units * self._contestant.size / seconds, "seconds": seconds}

    def check(self, *, path: str) -> dict[str, Any]:
        """Return what the contestant computes."""
        return self._contestant.check(path)
