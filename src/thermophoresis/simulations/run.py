"""One run: an ensemble of replicas at one (experiment, η, |B|, seed), from settings to a file."""

import functools
import hashlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.configuration import RunSettings, canonical_json
from thermophoresis.config.grid import record_steps, snapshot_records, thermal_time
from thermophoresis.config.vocabulary import OBSERVABLES, RECORDED
from thermophoresis.data.source import Source, open_source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.load import build
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.observables.load import observe_of
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.record import metadata, package_versions
from thermophoresis.simulations.checkpoint import Checkpoints
from thermophoresis.simulations.sgd.engine import (
    Stepper,
    choose_compiled,
    choose_device,
    model_of,
    train_block,
)
from thermophoresis.simulations.sgd.steppers import Steppers, steppers_of

# A line of progress at most this often.
PROGRESS_SECONDS = 5.0

T = TypeVar("T")


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
    checkpoints: Checkpoints | None = None,
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
    checkpoints
        Where the state of the training is kept, to go on from after a crash; None to keep none.
        Whether and how often a run was interrupted changes no bit of what is returned.
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
    source = open_source(settings, data)
    network = build(settings.network, source.sample_shape, source.classes)
    steps = record_steps(settings)
    steppers = steppers_of(network)
    width = steppers.block_replicas(network, getattr(torch, settings.precision))
    blocks = [
        range(first, min(first + width, settings.replicas))
        for first in range(0, settings.replicas, width)
    ]
    compiled = choose_compiled(compile, int(steps[-1]) * len(blocks)) and steppers.COMPILES
    attributes = {
        "device": chosen.type,
        "compiled": str(compiled).lower(),
        "data_source": source.description,
        "data_checksum": source.checksum or _probe_checksum(source, blocks),
    }
    recorder = Recorder(settings, network, len(steps))
    progress = Progress(settings, int(steps[-1]), report)
    saved = {}
    if checkpoints is not None:
        saved = checkpoints.load(
            # Another model of GPU may round otherwise.
            device=model_of(chosen),
            compilation=attributes["compiled"],
            data=attributes["data_checksum"],
        )
    first, done = (int(saved.pop(name)) if saved else 0 for name in ("block", "step"))
    if saved:
        recorder.restore(_part(saved, "recorder"))
        progress.resume(blocks[first], done)

    def before_draw(number: int, block: _Block, step: int) -> None:
        progress.update(block.replicas, step)
        if checkpoints is not None and checkpoints.due:
            position = {"block": np.array(number), "step": np.array(step)}
            kept = _named("recorder", recorder.state())
            checkpoints.save(position | block.state() | kept)

    for number in range(first, len(blocks)):
        block = _Block(settings, source, network, steppers, blocks[number], chosen, compiled)
        resumed = bool(saved) and number == first
        if resumed:
            block.restore(saved)
        block.train(
            start=done if resumed else 0,
            record_steps=steps,
            recorder=recorder,
            before_draw=functools.partial(before_draw, number, block),
        )
    progress.finish(int(recorder.diverged[:, -1].sum()))
    return Trained(*(part.assign_attrs(attributes) for part in recorder.datasets(steps)))


def _probe_checksum(source: Source, blocks: Sequence[range]) -> str:
    """Return a checksum of the probe samples of all replicas, one replica after the other."""
    checksum = hashlib.sha256()
    for block in blocks:
        for of_replica in zip(*source.probe(block), strict=True):
            for part in of_replica:
                checksum.update(part.numpy().tobytes())
    return f"sha256:{checksum.hexdigest()} (probe set)"


class _Block:
    """Some replicas of a run, trained together."""

    def __init__(
        self,
        settings: RunSettings,
        source: Source,
        network: Network,
        steppers: Steppers,
        replicas: range,
        device: torch.device,
        compiled: bool,
    ):
        self.replicas = replicas
        self._settings, self._network, self._steppers = settings, network, steppers
        self._device, self._compiled = device, compiled
        self._probe = [part.to(device) for part in source.probe(replicas)]
        self._stream = source.stream(replicas)
        streams = [
            generator(settings.seed, replica, Purpose.INITIALISATION) for replica in replicas
        ]
        self._stepper = self._make_stepper(
            network.initialise(streams, getattr(torch, settings.precision))
        )

    def _make_stepper(self, parameters: Parameters) -> Stepper:
        return self._steppers.make_stepper(
            self._network,
            {name: value.to(self._device) for name, value in parameters.items()},
            learning_rate=self._settings.learning_rate,
            batch_size=self._settings.batch_size,
            compiled=self._compiled,
        )

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the rest of the training depends on."""
        parameters, stream = self._stepper.parameters(), self._stream.state()
        return {
            name: value.cpu().numpy()
            for name, value in (_named("parameters", parameters) | _named("stream", stream)).items()
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a state."""
        tensors = {name: torch.from_numpy(value) for name, value in state.items()}
        self._stepper = self._make_stepper(_part(tensors, "parameters"))
        self._stream.restore(_part(tensors, "stream"))

    def train(
        self,
        *,
        start: int,
        record_steps: np.ndarray,
        recorder: "Recorder",
        before_draw: Callable[[int], None],
    ) -> None:
        """Train from a step to the last of those at which is recorded; see `train_block`."""
        train_block(
            self._stepper,
            self._stream,
            batch_size=self._settings.batch_size,
            steps=int(record_steps[-1]),
            start=start,
            record_steps=record_steps.tolist(),
            record=functools.partial(recorder.record, self.replicas, *self._probe),
            device=self._device,
            before_draw=before_draw,
        )


def _named(prefix: str, values: Mapping[str, T]) -> dict[str, T]:
    """Return values under names with a prefix."""
    return {f"{prefix}/{name}": value for name, value in values.items()}


def _part(values: Mapping[str, T], prefix: str) -> dict[str, T]:
    """Return the values whose names have a prefix, under their names without it."""
    start = f"{prefix}/"
    return {
        name.removeprefix(start): value for name, value in values.items() if name.startswith(start)
    }


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
        self._observe = observe_of(kind)
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

    def state(self) -> dict[str, np.ndarray]:
        """Return all that has been recorded, by name."""
        return {
            **_named("values", self._values),
            **_named("parameters", self._parameters),
            "diverged": self.diverged,
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a state."""
        self._values, self._parameters = _part(state, "values"), _part(state, "parameters")
        self.diverged = state["diverged"]

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
    coordinates = {
        "replica": ("replica", np.arange(settings.replicas), "index of the replica", "1"),
        "step": ("record", steps, "iteration t: number of SGD updates made", "1"),
        "thermal_time": ("record", thermal_time(settings, steps), "thermal time η² t / |B|", "1"),
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
        self._done_before = 0
        report(f"{self._name}: {steps:,} steps of {settings.replicas} replicas")

    def resume(self, block: range, step: int) -> None:
        """Report that an earlier attempt had come to a step of a block of replicas."""
        self._done_before = self._replica_steps(block, step)
        of_replicas = f" of replicas {block.start} to {block.stop - 1}"
        self._report(
            f"{self._name}: resumed at step {step:,}"
            + (of_replicas if len(block) < self._replicas else "")
        )

    def _replica_steps(self, block: range, step: int) -> int:
        return block.start * self._steps + len(block) * step

    def update(self, block: range, step: int) -> None:
        """Report the step that a block of replicas has reached, unless the last line is recent."""
        now = time.monotonic()
        if now - self._last < PROGRESS_SECONDS:
            return
        self._last = now
        done = self._replica_steps(block, step)
        total = self._replicas * self._steps
        pace = (done - self._done_before) / (now - self._start)
        self._report(
            f"{self._name}: {done / total:4.0%}, step {step:,} of {self._steps:,}, "
            f"{pace:,.0f} replica-steps per second, {(total - done) / pace:.0f} s left"
            if pace
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
    checkpoint: str | Path,
    checkpoint_seconds: float,
    data: str | Path | None = None,
    device: str = "auto",
    compile: str = "auto",
) -> None:
    """Train a run and write its file and that of its snapshots; other arguments as `train`.

    While it trains, its state is kept in the file ``checkpoint``, at least ``checkpoint_seconds``
    apart; the same call after a crash goes on from there.

    Progress goes to standard error. The files have the whole configuration, the code's fingerprint
    and the versions of the packages in their attributes, and nothing that differs from one time to
    the next: the same run gives the same bytes.
    """

    def report(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    checkpoints = Checkpoints(
        checkpoint,
        seconds=checkpoint_seconds,
        identity={
            "settings": canonical_json(settings),
            "code": fingerprint,
            "package versions": canonical_json(package_versions()),
        },
        report=report,
    )
    trained = train(
        settings,
        data=data,
        device=device,
        compile=compile,
        checkpoints=checkpoints,
        report=report,
    )
    titles = ("SGD ensemble at one learning rate, batch size and seed", "snapshots of parameters")
    # The run comes last: where it is, everything is.
    for dataset, title, path in zip(trained[::-1], titles[::-1], (snapshots, output), strict=True):
        attributes = {
            "title": f"{settings.experiment}: {title}",
            **metadata(
                settings,
                fingerprint,
                made_by="train",
                seeds=[settings.seed],
                inputs=filter(None, (data,)),
                output=path,
            ),
            **dataset.attrs,
        }
        netcdf.write(dataset.assign_attrs(attributes), path)
    checkpoints.remove()
