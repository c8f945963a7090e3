"""An ensemble of replicas at one (experiment, η, |B|, seed), from settings to datasets."""

import contextlib
import dataclasses
import functools
import hashlib
import importlib
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, cast

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.grid import batch_size_of, rate_of, record_steps, snapshot_records
from thermophoresis.config.labels import regime
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.networks.load import build
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Moment
from thermophoresis.observables.kernels.chain import arranged
from thermophoresis.observables.load import observe
from thermophoresis.simulations.beginning import initial_parameters
from thermophoresis.simulations.blocks import Block
from thermophoresis.simulations.callbacks import Checkpoints, Journal, Progress
from thermophoresis.simulations.datasets import run_dataset, snapshots_dataset
from thermophoresis.simulations.recorder import Recorder
from thermophoresis.simulations.sgd.engine import choose_device, model_of
from thermophoresis.simulations.state import named, part
from thermophoresis.simulations.watch import AtRest, Watch, WriteTraces

# From replicas to their probe set.
Probe = Callable[[range], tuple[Tensor, Tensor]]

# Probe sets that are kept from the checksum until they are used; 8,192 of 256 samples of ten
# numbers take 180 MB.
PROBE_BYTES = 2**28


class Evolution(Protocol):
    """How a run's ensemble evolves.

    Attributes
    ----------
    blocks
        The replicas that are trained together, one block after the other.
    stepper
        What makes the steps, by name.
    """

    blocks: tuple[range, ...]
    stepper: str

    def start(self, replicas: range) -> Block:
        """Return a block of replicas with initial parameters."""


class Kind(Protocol):
    """A module of this package with one kind of dynamics; see `dynamics.sgd`."""

    def Evolution(
        self,
        settings: RunSettings,
        source: Source,
        network: Network,
        *,
        record_steps: Sequence[int],
        device: torch.device,
    ) -> Evolution:
        """Return how a run's ensemble evolves."""


class Trained(NamedTuple):
    """What comes of training an ensemble.

    Attributes
    ----------
    run
        The observables at every record.
    snapshots
        Parameters at some of the records; None if none are to be kept.
    """

    run: xr.Dataset
    snapshots: xr.Dataset | None


def train(
    settings: RunSettings,
    source: Source,
    *,
    device: str = "auto",
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
    journal: Journal | None = None,
    traced: Callable[[WriteTraces], None] = lambda write: None,
) -> Trained:
    """Train the ensemble of a run, measure it along the way and keep some of its parameters.

    Parameters
    ----------
    settings
        What to train.
    source
        Where its samples come from.
    device
        auto, cpu or cuda.
    checkpoints
        Where the state of the training is kept, to go on from after a crash; None to keep none.
        Whether and how often a run was interrupted changes no bit of what is returned.
    progress
        Is told now and then how far the training is; None to tell nobody.
    journal
        Keeps what is traced until its file is written; None to keep it in memory.
    traced
        Called at the end, if the run is traced, with what writes that file from its path and
        attributes.

    Returns
    -------
    Trained
        The observables (replica, record, …), NaN from the record on at which a replica has diverged
        (a parameter or measured value is not finite, or the loss on the probe set is above
        ``divergence_loss``); and the parameters of the first ``snapshot_replicas`` replicas at
        ``snapshots`` of the records.

    Raises
    ------
    UserError
        The device that is asked for does not exist here, or the network does not suit the data.
    """
    checkpoints, progress = checkpoints or Checkpoints(), progress or Progress()
    chosen = _device(device)
    network = _network(settings, source)
    if source.checksum is None:
        source = source._replace(probe=_twice(source.probe))
    steps = record_steps(settings).tolist()
    make_watch = functools.partial(
        Watch, settings, network, source, journal=journal or Journal(), record_steps=steps
    )
    watch = make_watch()
    evolution = _kind(settings).Evolution(
        settings, source, network, record_steps=watch.steps, device=chosen
    )
    attributes = _attributes(source, evolution, chosen)
    recorder = _recorder(settings, network)
    progress.start(steps[-1])
    saved = checkpoints.load(
        # Another model of GPU may round otherwise.
        device=model_of(chosen),
        stepper=attributes["stepper"],
        # It numbers its block, whose width can follow the free memory of a GPU.
        blocks=str(len(evolution.blocks[0])),
        data=attributes["data_checksum"],
    )
    if saved and not watch.restore(saved):
        saved, watch = {}, make_watch()
    first, done = (int(saved.pop(name)) if saved else 0 for name in ("block", "step"))
    if saved:
        recorder.restore(part(saved, "recorder"))
        progress.resume(evolution.blocks[first], done)

    def before_draw(number: int, block: Block, step: int) -> None:
        progress.update(evolution.blocks[number], step)
        if checkpoints.due:
            position = {"block": np.array(number), "step": np.array(step)}
            kept = named("recorder", recorder.state()) | watch.state()
            checkpoints.save(position | block.state() | kept)

    for number, replicas in enumerate(evolution.blocks[first:], start=first):
        block = evolution.start(replicas)
        if saved:
            block.restore(saved)
        x, y = (values.to(chosen) for values in source.probe(replicas))
        probe = arranged(network, x), y
        moment_at = _moments(settings, source, network, replicas)
        record = functools.partial(_record, recorder, probe, moment_at)
        with contextlib.suppress(AtRest):
            block.train(
                start=done,
                record=watch.of(replicas, (*probe, moment_at(0)), record),
                before_draw=functools.partial(before_draw, number, block),
            )
        saved, done = {}, 0  # of the block that was begun
    progress.finish(int(recorder.diverged[:, -1].sum()))
    attributes["stepper"] = evolution.stepper  # with what has turned out only now
    if write := watch.write_traces(evolution.blocks, attributes):
        traced(write)
    return _trained(settings, network, recorder, watch, attributes)


def _device(name: str) -> torch.device:
    """Return the device to train on."""
    chosen = choose_device(name)
    if chosen.type == "cpu":
        torch.set_num_threads(1)  # jobs run side by side; the arrays are too small to share out
    return chosen


def _network(settings: RunSettings, source: Source) -> Network:
    """Return the network of a run, which knows the noise of its training where that matters."""
    network = build(settings.network, source.sample_shape, source.classes, settings.loss)
    if isinstance(network, TwoLayer):
        noise = settings.learning_rate / settings.batch_size
        return dataclasses.replace(network, noise=noise)
    return network


def _attributes(source: Source, evolution: Evolution, device: torch.device) -> dict[str, str]:
    """Return what files say of how and on what their ensemble was trained."""
    return {
        "device": device.type,
        "stepper": evolution.stepper,
        "data_source": source.description,
        "data_checksum": source.checksum or _probe_checksum(source, evolution.blocks),
    }


def _trained(
    settings: RunSettings,
    network: Network,
    recorder: Recorder,
    watch: Watch,
    attributes: dict[str, str],
) -> Trained:
    """Return what comes of an ensemble that is trained to its end."""
    run = run_dataset(settings, network, recorder)
    snapshots = None
    if settings.snapshots:
        snapshots = snapshots_dataset(settings, network, recorder, run).assign_attrs(attributes)
    return Trained(run.assign(watch.variables()).assign_attrs(attributes), snapshots)


def _kind(settings: RunSettings) -> Kind:
    """Return the module of a kind of dynamics.

    It is found by name: a change in one kind of dynamics reruns no other.
    """
    return cast(
        Kind,
        importlib.import_module(f"thermophoresis.simulations.dynamics.{settings.dynamics.kind}"),
    )


def _record(
    recorder: Recorder,
    probe: tuple[Tensor, ...],
    moment_at: Callable[[int], Moment],
    index: int,
    parameters: Parameters,
) -> None:
    """Measure a block of replicas at a record on its probe set."""
    moment = moment_at(index)
    recorder.record(moment.replicas, (*probe, moment), index, parameters)


def _moments(
    settings: RunSettings, source: Source, network: Network, replicas: range
) -> Callable[[int], Moment]:
    """Return what tells where in the run a block of replicas is at each record.

    What few observables need is made when it is first asked for.
    """

    @functools.cache
    def initial() -> Parameters:
        return initial_parameters(settings, network, replicas)

    @functools.cache
    def training_set() -> tuple[Tensor, Tensor]:
        return source.training_set(replicas)

    @functools.cache
    def own_labels() -> Tensor:
        return source.own_labels(replicas)

    steps = record_steps(settings).tolist()
    rate, batch_size = rate_of(settings), batch_size_of(settings)

    def moment_at(index: int) -> Moment:
        return Moment(
            seed=settings.seed,
            replicas=replicas,
            learning_rate=rate(steps[index]),
            batch_size=batch_size(steps[index]),
            initial=initial,
            training_set=training_set,
            record=index,
            fresh=source.fresh,
            random_labels=regime(settings.labels)[1],
            own_labels=own_labels,
        )

    return moment_at


def _recorder(settings: RunSettings, network: Network) -> Recorder:
    """Return what measures a run and keeps the snapshots that its settings ask for."""
    gaussian = settings.data.standard_normal
    return Recorder(
        # Every network is of one of the two classes that `observe` takes.
        functools.partial(observe, settings.recorded, network, gaussian=gaussian),  # type: ignore[arg-type]
        # What else is recorded must not decide whether a replica has diverged.
        decisive={"loss", *settings.network.recorded},
        replicas=settings.replicas,
        records=settings.record_grid.records,
        snapshots=snapshot_records(settings),
        snapshot_replicas=settings.snapshot_replicas,
        divergence_loss=settings.divergence_loss,
    )


def _twice(probe: Probe) -> Probe:
    """Return a function that is called twice for each block, and draws its probe set once.

    The first time is for the checksum of all, the second when the block is trained. What is too
    much to keep in between is drawn again.
    """
    kept: dict[range, tuple[Tensor, Tensor]] = {}
    room = PROBE_BYTES

    def of(replicas: range) -> tuple[Tensor, Tensor]:
        nonlocal room
        if replicas in kept:
            return kept.pop(replicas)
        drawn = probe(replicas)
        size = sum(values.nbytes for values in drawn)
        if size <= room:
            kept[replicas] = drawn
            room -= size
        return drawn

    return of


def _probe_checksum(source: Source, blocks: Sequence[range]) -> str:
    """Return a checksum of the probe samples of all replicas, one replica after the other."""
    checksum = hashlib.sha256()
    for block in blocks:
        for of_replica in zip(*source.probe(block), strict=True):
            for values in of_replica:
                checksum.update(values.numpy())
    return f"sha256:{checksum.hexdigest()} (probe set)"
