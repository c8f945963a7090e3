"""One run: an ensemble of replicas at one (experiment, η, |B|, seed), from settings to a file."""

import functools
import hashlib
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis import netcdf
from thermophoresis.config import RunSettings
from thermophoresis.data.source import open_source
from thermophoresis.data.streams import Purpose, generator
from thermophoresis.networks import Network, Parameters
from thermophoresis.provenance import metadata
from thermophoresis.sgd import choose_compiled, choose_device, train_block
from thermophoresis.vocabulary import OBSERVABLES, RECORDED

# A line of progress at most this often.
PROGRESS_SECONDS = 5.0


def record_steps(settings: RunSettings) -> np.ndarray:
    """Return the steps at which a run is measured, on a grid in thermal time τ = η² t / |B|.

    Every cell of an experiment has the same number of records at (up to rounding to whole steps)
    the same thermal times: evenly spaced, or, with quadratic spacing, evenly spaced in √τ. The
    latter resolves the first relaxation of ‖V‖, whose time scale in τ is proportional to η.

    Returns
    -------
    numpy.ndarray
        Shape (record,), int64, from 0 to the last step of the run.
    """
    power = {"linear": 1, "quadratic": 2}[settings.record_spacing]
    thermal_time = settings.thermal_time_end * np.linspace(0, 1, settings.records) ** power
    steps = thermal_time * settings.batch_size / settings.learning_rate**2
    return np.rint(steps).astype(np.int64)


class Trained(NamedTuple):
    """What comes of training an ensemble.

    Attributes
    ----------
    run
        The observables at every record.
    snapshots
        Parameters at some of the records.
    """

    run: xr.Dataset
    snapshots: xr.Dataset


def train(
    settings: RunSettings,
    *,
    data: str | Path | None = None,
    device: str = "auto",
    compile: str = "auto",
    report: Callable[[str], None] = lambda line: None,
) -> Trained:
    """Train the ensemble of a run, measure it along the way and keep some of its parameters.

    Parameters
    ----------
    settings
        What to train.
    data
        Data file of the images; None for synthetic data.
    device
        auto, cpu or cuda.
    compile
        auto, always or never.
    report
        Called with a line of text now and then while the training goes on.

    Returns
    -------
    Trained
        The observables (replica, record), NaN from the record on at which a replica has diverged
        (a parameter or measured value is not finite, or the loss on the probe set is above
        ``divergence_loss``); and the parameters of the first ``snapshot_replicas`` replicas at
        ``snapshots`` of the records.

    Raises
    ------
    UserError
        The device or the compiler that is asked for does not exist here, or network or batch size
        do not suit the data.
    """
    chosen = choose_device(device)
    if chosen.type == "cpu":
        torch.set_num_threads(1)  # jobs run side by side; the arrays are too small to share out
    dtype = getattr(torch, settings.precision)
    source = open_source(settings, data)
    # Found by name: a change in one kind of network retrains no run with another.
    network = importlib.import_module(f"thermophoresis.networks.{settings.network.kind}").build(
        settings.network, source.sample_shape, source.classes
    )
    steps = record_steps(settings)
    width = network.block_replicas(dtype)
    blocks = [
        range(first, min(first + width, settings.replicas))
        for first in range(0, settings.replicas, width)
    ]
    compiled = choose_compiled(compile, int(steps[-1]) * len(blocks)) and network.compiles
    recorder = Recorder(settings, network, len(steps))
    progress = Progress(settings, int(steps[-1]), report)
    checksum = hashlib.sha256()
    for block in blocks:
        probe = source.probe(block)
        if source.checksum is None:
            for of_replica in zip(*probe, strict=True):
                for part in of_replica:
                    checksum.update(part.numpy().tobytes())
        x, y = (part.to(chosen) for part in probe)
        initial = network.initialise(
            [generator(settings.seed, replica, Purpose.INITIALISATION) for replica in block], dtype
        )
        train_block(
            network.make_stepper(
                {name: value.to(chosen) for name, value in initial.items()},
                learning_rate=settings.learning_rate,
                batch_size=settings.batch_size,
                compiled=compiled,
            ),
            source.stream(block),
            batch_size=settings.batch_size,
            steps=int(steps[-1]),
            record_steps=steps.tolist(),
            record=functools.partial(recorder.record, block, x, y),
            device=chosen,
            progress=functools.partial(progress.update, block),
        )
    progress.finish(int(recorder.diverged[:, -1].sum()))
    attributes = {
        "device": chosen.type,
        "compiled": str(compiled).lower(),
        "data_source": source.description,
        "data_checksum": source.checksum or f"sha256:{checksum.hexdigest()} (probe set)",
    }
    return Trained(*(part.assign_attrs(attributes) for part in recorder.datasets(steps)))


class Recorder:
    """What is measured and kept of an ensemble while it trains.

    Parameters
    ----------
    settings
        The run.
    network
        Its network.
    records
        Number of records.
    """

    def __init__(self, settings: RunSettings, network: Network, records: int):
        self._settings, self._network = settings, network
        kind = settings.network.kind
        self._observe = importlib.import_module(f"thermophoresis.observables.{kind}").observe
        shape = (settings.replicas, records)
        self._values = {name: np.full(shape, np.nan, np.float32) for name in RECORDED[kind]}
        self.diverged = np.zeros(shape, np.int8)
        self._snapshots = snapshot_records(settings)
        self._parameters: dict[str, np.ndarray] = {}

    def record(self, block: range, x: Tensor, y: Tensor, index: int, parameters: Parameters):
        """Measure a block of replicas at a record, and keep its parameters if it is a snapshot.

        Parameters
        ----------
        block
            Which replicas.
        x, y
            Their probe set, in float64.
        index
            Which record.
        parameters
            Stacked parameters.
        """
        measured = self._observe(
            self._network,
            {name: value.to(torch.float64) for name, value in parameters.items()},
            x,
            y,
            gaussian=self._settings.data.kind == "gaussian",
        )
        rows = slice(block.start, block.stop)
        finite = torch.stack([value.isfinite() for value in measured.values()]).all(0)
        gone = (~finite | (measured["loss"] > self._settings.divergence_loss)).cpu().numpy()
        self.diverged[rows, index] = gone if index == 0 else gone | self.diverged[rows, index - 1]
        for name, value in measured.items():
            self._values[name][rows, index] = np.where(
                self.diverged[rows, index], np.nan, value.cpu().numpy()
            )
        if index in self._snapshots:
            self._keep(block, self._snapshots.index(index), parameters)

    def _keep(self, block: range, snapshot: int, parameters: Parameters) -> None:
        kept = range(block.start, min(block.stop, self._settings.snapshot_replicas))
        if not kept:
            return
        total = min(self._settings.replicas, self._settings.snapshot_replicas)
        for name, value in parameters.items():
            own = value[: len(kept)].cpu().numpy()
            if name not in self._parameters:
                shape = (total, len(self._snapshots), *own.shape[1:])
                self._parameters[name] = np.empty(shape, own.dtype)
            self._parameters[name][kept.start : kept.stop, snapshot] = own

    def datasets(self, steps: np.ndarray) -> tuple[xr.Dataset, xr.Dataset]:
        """Return all records, and the snapshots; ``steps`` are those of the records."""
        run = _dataset(self._settings, steps, self._values, self.diverged)
        records = list(self._snapshots)
        kept = run[["diverged"]].isel(
            record=records, replica=slice(self._settings.snapshot_replicas)
        )
        snapshots = kept.assign_coords(
            record=("record", np.array(records), {"long_name": "record of the run", "units": "1"})
        )
        names = self._network.parameter_dimensions
        for name, value in self._parameters.items():
            attributes = {"long_name": f"parameter {name}", "units": "1"}
            # The digits of trained weights are noise: compressing them takes longer than training.
            variable = xr.Variable(
                ("replica", "record", *names[name]), value, attributes, {"zlib": False}
            )
            snapshots[name] = variable
        return run, snapshots


def snapshot_records(settings: RunSettings) -> tuple[int, ...]:
    """Return the records at which parameters are kept, evenly spread from first to last."""
    records = np.rint(np.linspace(0, settings.records - 1, settings.snapshots))
    return tuple(records.astype(int).tolist())


def _dataset(
    settings: RunSettings, steps: np.ndarray, values: dict[str, np.ndarray], diverged: np.ndarray
) -> xr.Dataset:
    dims = ("replica", "record")
    dataset = xr.Dataset(
        {name: (dims, value, OBSERVABLES[name]._asdict()) for name, value in values.items()}
    )
    dataset["diverged"] = (
        dims,
        diverged,
        {"long_name": "1 from the record on at which the replica has diverged", "units": "1"},
    )
    thermal_time = settings.learning_rate**2 * steps / settings.batch_size
    coordinates = {
        "replica": ("replica", np.arange(settings.replicas), "index of the replica", "1"),
        "step": ("record", steps, "iteration t: number of SGD updates made", "1"),
        "thermal_time": ("record", thermal_time, "thermal time η² t / |B|", "1"),
        "learning_rate": ((), settings.learning_rate, "learning rate η", "1"),
        "batch_size": ((), settings.batch_size, "batch size |B|", "1"),
        "seed": ((), settings.seed, "seed of the random streams", "1"),
    }
    return dataset.assign_coords(
        {
            name: (dim, value, {"long_name": long_name, "units": units})
            for name, (dim, value, long_name, units) in coordinates.items()
        }
    )


class Progress:
    """Says how far a run is, now and then, in lines that make sense among those of other runs."""

    def __init__(self, settings: RunSettings, steps: int, report: Callable[[str], None]):
        self._name = (
            f"{settings.experiment} lr={settings.learning_rate} batch={settings.batch_size} "
            f"seed={settings.seed}"
        )
        self._replicas, self._steps, self._report = settings.replicas, steps, report
        self._start = self._last = time.monotonic()
        report(f"{self._name}: {steps:,} steps of {settings.replicas} replicas")

    def update(self, block: range, step: int) -> None:
        """Report the step that a block of replicas has reached, unless the last line is recent."""
        now = time.monotonic()
        if now - self._last < PROGRESS_SECONDS:
            return
        self._last = now
        done = block.start * self._steps + len(block) * step
        fraction = done / (self._replicas * self._steps)
        seconds = now - self._start
        self._report(
            f"{self._name}: {fraction:4.0%}, step {step:,} of {self._steps:,}, "
            f"{done / seconds:,.0f} replica-steps per second, "
            f"{seconds * (1 / fraction - 1):.0f} s left"
            if fraction
            else f"{self._name}: starting"
        )

    def finish(self, diverged: int) -> None:
        """Report the end and, where there are any, the replicas that diverged."""
        seconds = time.monotonic() - self._start
        self._report(
            f"{self._name}: done in {seconds:.1f} s"
            + (f"; {diverged} of {self._replicas} replicas diverged" if diverged else "")
        )


def train_run(
    settings: RunSettings,
    *,
    fingerprint: str,
    output: str | Path,
    snapshots: str | Path,
    data: str | Path | None = None,
    device: str = "auto",
    compile: str = "auto",
) -> None:
    """Train a run and write its file and that of its snapshots; other arguments as `train`.

    Progress goes to standard error. The files have the whole configuration, the code's fingerprint
    and the versions of the packages in their attributes, and nothing that differs from one time to
    the next: the same run gives the same bytes.
    """
    trained = train(
        settings,
        data=data,
        device=device,
        compile=compile,
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    titles = ("SGD ensemble at one learning rate, batch size and seed", "snapshots of parameters")
    # The run comes last: where it is, everything is.
    for dataset, title, path in zip(trained[::-1], titles[::-1], (snapshots, output), strict=True):
        attributes = {
            "title": f"{settings.experiment}: {title}",
            **metadata(settings, fingerprint),
            **dataset.attrs,
        }
        netcdf.write(dataset.assign_attrs(attributes), path)
