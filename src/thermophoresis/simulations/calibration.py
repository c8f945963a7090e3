"""What training costs on this machine: measured on short runs, and kept in a cache.

A run's time has a part for every step, a part for every record and a part for the start. Short runs
of the same ensemble, by the same code, tell the three. Each is made in a process of its own, whose
memory is that of a job.
"""

import hashlib
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.records import EvenRecords
from thermophoresis.config.run import RunSettings
from thermophoresis.config.until import Until
from thermophoresis.errors import UserError
from thermophoresis.provenance.files import write_atomically
from thermophoresis.provenance.fingerprint import fingerprint
from thermophoresis.provenance.record import package_versions

# Short runs are made longer until their steps take this long (s).
LONG_ENOUGH = 0.3
# What a run with more records than two tells the cost of one from.
RECORDS = 8
FIRST_STEPS = 256


class Cost(NamedTuple):
    """What training one ensemble takes on one core of this machine.

    Attributes
    ----------
    parameters
        Number of parameters of one replica.
    start, step, record
        Seconds until the first step, for one step and for one record of all replicas.
    record_bytes
        Size of one record of all replicas in a file, not compressed.
    memory
        Largest resident set of the process (MB).
    """

    parameters: int
    start: float
    step: float
    record: float
    record_bytes: float
    memory: float

    def seconds(self, steps: int, records: int) -> float:
        """Return how long a run takes."""
        return self.start + self.step * steps + self.record * records


class Calibration:
    """Costs of ensembles on this machine: measured when asked for first, then read from a file.

    Parameters
    ----------
    device
        As for `ensemble.train`.
    report
        Called with a line of text before each measurement.
    cache
        The file; None for ``thermophoresis/calibration.json`` in the user's folder of caches.
    """

    def __init__(
        self,
        *,
        device: str,
        report: Callable[[str], None] = lambda line: None,
        cache: Path | None = None,
    ):
        self._how, self._report = {"device": device}, report
        folder = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
        self._cache = cache or folder / "thermophoresis" / "calibration.json"
        self._known = _read(self._cache)

    def cost(self, settings: RunSettings, data: Path | None) -> Cost:
        """Return what training an ensemble takes.

        Parameters
        ----------
        settings
            A run of it.
        data
            Its data file; None for synthetic data.

        Raises
        ------
        UserError
            It cannot be trained; see `ensemble.train`.
        """
        identity = {
            "settings": essential_json(shortened(settings, steps=FIRST_STEPS, records=2)),
            "code": fingerprint("simulations.calibration", *settings.modules),
            "versions": package_versions(),
            "machine": [platform.node(), platform.machine(), platform.processor()],
            "data": str(data),
            **self._how,
        }
        key = hashlib.sha256(canonical_json(identity).encode()).hexdigest()[:16]
        if key not in self._known:
            cell = f"{settings.experiment}, batch size {settings.batch_size}"
            self._report(f"measuring short runs of {cell}; next time they are known")
            self._known[key] = _measured_apart(settings, data, **self._how)._asdict()
            try:
                write_atomically(self._cache, json.dumps(self._known).encode())
            except UserError as error:
                self._report(f"next time it is measured again: {error}")
        return Cost(**self._known[key])


def _read(cache: Path) -> dict[str, dict[str, Any]]:
    """Return the costs that are known, none where there is no such file."""
    try:
        known = json.loads(cache.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def shortened(settings: RunSettings, *, steps: int, records: int) -> RunSettings:
    """Return the settings of a run of the same ensemble with so many steps and records."""
    return settings.model_copy(
        update={
            "experiment": "calibration",
            "seed": 0,
            "thermal_time_end": None,
            "until": Until(steps=steps),
            "records": EvenRecords(count=records, even_in="steps"),
            "record_spacing": None,
            "snapshots": 0,
            "traces": None,
        }
    )


def _measured_apart(settings: RunSettings, data: Path | None, *, device: str) -> Cost:
    """Return a cost, measured in a process of its own."""
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, settings, data, device))
    process.start()
    theirs.close()
    try:
        found = ours.recv()
    except EOFError:
        raise UserError(
            f"{settings.experiment}: its calibration has died; memory may be why"
        ) from None
    finally:
        process.join()
    if isinstance(found, UserError):
        raise found
    return Cost(*found)


def _send(pipe: Connection, settings: RunSettings, data: Path | None, device: str) -> None:
    """Send the cost of a run, or why there is none."""
    try:
        pipe.send(tuple(measure(settings, data, device=device)))
    except UserError as error:
        pipe.send(error)


def measure(settings: RunSettings, data: Path | None, *, device: str) -> Cost:
    """Measure what training an ensemble takes, in this process; arguments as of `Calibration`.

    Raises
    ------
    UserError
        It cannot be trained; see `ensemble.train`.
    """
    clocks = (time.process_time, time.perf_counter)
    began = [clock() for clock in clocks]
    # Here, since to import them is part of a job's start; whoever reads the cache needs none.
    from thermophoresis.data.source import open_source
    from thermophoresis.networks.load import build
    from thermophoresis.simulations.ensemble import train
    from thermophoresis.simulations.sgd.engine import choose_device

    # What else the machine does is no part of the cost, but waiting for another device is.
    waits = choose_device(device).type == "cuda"
    clock = clocks[waits]
    source = open_source(settings, data)
    network: Any = build(settings.network, source.sample_shape, source.classes)

    def seconds(steps: int, records: int) -> tuple[float, float]:
        """Return how long a short run takes, and the size of one of its records."""
        started = clock()
        short = shortened(settings, steps=steps, records=records)
        run, _ = train(short, source, device=device)
        return clock() - started, run.nbytes / records

    seconds(FIRST_STEPS, 2)
    start = clock() - began[waits]
    least, steps, more = seconds(FIRST_STEPS, 2)[0], FIRST_STEPS, 0.0
    while more < LONG_ENOUGH and (steps < settings.steps or more <= 0):
        steps *= 4
        more = seconds(steps, 2)[0] - least
    of_step = more / (steps - FIRST_STEPS)
    with_records, record_bytes = seconds(FIRST_STEPS, 2 + RECORDS)
    of_record = max(0.0, with_records - least) / RECORDS
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
    return Cost(network.parameter_count, start, of_step, of_record, record_bytes, memory / unit)
