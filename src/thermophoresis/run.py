"""One run: an ensemble of replicas at one (experiment, η, |B|, seed), from settings to a file."""

import hashlib
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis import netcdf
from thermophoresis.config import RunSettings
from thermophoresis.data.streams import Purpose, SampleStream, generator, probe_set
from thermophoresis.errors import UserError
from thermophoresis.provenance import metadata
from thermophoresis.sgd import Stream, choose_compiled, choose_device, train_block
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


def train(
    settings: RunSettings,
    *,
    data: str | Path | None = None,
    device: str = "auto",
    compile: str = "auto",
    report: Callable[[str], None] = lambda line: None,
) -> xr.Dataset:
    """Train the ensemble of a run and measure it along the way.

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
    xarray.Dataset
        The observables (replica, record), NaN from the record on at which a replica has diverged
        (a parameter or measured value is not finite, or the loss on the probe set is above
        ``divergence_loss``).

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
    # Found by name: a change in one kind of data or network retrains no run with another.
    samples = importlib.import_module(f"thermophoresis.data.{settings.data.kind}")
    source = _synthetic(settings, samples) if data is None else _images(settings, samples, data)
    kind = settings.network.kind
    network = importlib.import_module(f"thermophoresis.networks.{kind}").build(
        settings.network, source.sample_shape, source.classes
    )
    observe = importlib.import_module(f"thermophoresis.observables.{kind}").observe

    steps = record_steps(settings)
    shape = (settings.replicas, len(steps))
    values = {name: np.full(shape, np.nan, np.float32) for name in RECORDED[kind]}
    diverged = np.zeros(shape, np.int8)
    checksum = hashlib.sha256()
    width = network.block_replicas(dtype)
    blocks = [
        range(first, min(first + width, settings.replicas))
        for first in range(0, settings.replicas, width)
    ]
    compiled = choose_compiled(compile, int(steps[-1]) * len(blocks)) and network.compiles
    progress = Progress(settings, int(steps[-1]), report)
    for block in blocks:
        probe = source.probe(block)
        for of_replica in zip(*probe, strict=True):
            for part in of_replica:
                checksum.update(part.numpy().tobytes())
        x, y = (part.to(chosen) for part in probe)
        initial = network.initialise(
            [generator(settings.seed, replica, Purpose.INITIALISATION) for replica in block], dtype
        )

        def record(index, parameters, block=slice(block.start, block.stop), x=x, y=y):
            measured = observe(
                network,
                {name: value.to(torch.float64) for name, value in parameters.items()},
                x,
                y,
                gaussian=settings.data.kind == "gaussian",
            )
            finite = torch.stack([value.isfinite() for value in measured.values()]).all(0)
            gone = (~finite | (measured["loss"] > settings.divergence_loss)).cpu().numpy()
            diverged[block, index] = gone if index == 0 else gone | diverged[block, index - 1]
            for name, value in measured.items():
                values[name][block, index] = np.where(
                    diverged[block, index], np.nan, value.cpu().numpy()
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
            record=record,
            device=chosen,
            progress=lambda step, block=block: progress.update(block, step),
        )
    progress.finish(int(diverged[:, -1].sum()))
    return _dataset(settings, steps, values, diverged).assign_attrs(
        device=chosen.type,
        compiled=str(compiled).lower(),
        data_source=source.description,
        data_checksum=source.checksum or f"sha256:{checksum.hexdigest()} (probe set)",
    )


class Source(NamedTuple):
    """Where a run's samples come from.

    Attributes
    ----------
    description
        In words, for the file's attributes.
    sample_shape
        Shape of one input.
    classes
        Number of classes, or None for labels 0/1.
    checksum
        Of the data, or None where every replica draws its own.
    stream, probe
        The training samples of a block of replicas, and its held-out samples in float64.
    """

    description: str
    sample_shape: tuple[int, ...]
    classes: int | None
    checksum: str | None
    stream: Callable[[range], Stream]
    probe: Callable[[range], tuple[Tensor, Tensor]]


def _synthetic(settings: RunSettings, kind: ModuleType) -> Source:
    common = {"seed": settings.seed, "inputs": settings.network.inputs}
    return Source(
        kind.SOURCE,
        (settings.network.inputs,),
        None,
        None,
        lambda block: SampleStream(
            kind,
            replicas=block,
            dtype=getattr(torch, settings.precision),
            labels=settings.labels,
            sampling=settings.sampling,
            training_set_size=settings.training_set_size,
            **common,
        ),
        lambda block: probe_set(
            kind, replicas=block, samples=settings.probe_size, dtype=torch.float64, **common
        ),
    )


def _images(settings: RunSettings, images: ModuleType, data: str | Path) -> Source:
    dtype = getattr(torch, settings.precision)
    image_set = images.load(data, dtype)
    available = len(image_set.train_y)
    if settings.batch_size > available:
        raise UserError(
            f"batch_size: got {settings.batch_size}; must be <= {available}, the number of "
            f"training images in {data}"
        )
    probe = images.probe(image_set, settings.probe_size, settings.labels, settings.seed)
    return Source(
        image_set.source,
        tuple(image_set.train_x.shape[1:]),
        len(image_set.classes),
        image_set.checksum,
        lambda block: images.ImageStream(
            image_set,
            seed=settings.seed,
            replicas=block,
            labels=settings.labels,
            sampling=settings.sampling,
            dtype=dtype,
        ),
        lambda block: probe,
    )


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
    data: str | Path | None = None,
    device: str = "auto",
    compile: str = "auto",
) -> None:
    """Train a run and write its file; arguments and errors as `train`.

    Progress goes to standard error. The file has the whole configuration, the code's fingerprint
    and the versions of the packages in its attributes, and nothing that differs from one time to
    the next: the same run gives the same bytes.
    """
    dataset = train(
        settings,
        data=data,
        device=device,
        compile=compile,
        report=lambda line: print(line, file=sys.stderr, flush=True),
    )
    title = f"{settings.experiment}: SGD ensemble at one learning rate, batch size and seed"
    attributes = {"title": title, **metadata(settings, fingerprint), **dataset.attrs}
    netcdf.write(dataset.assign_attrs(attributes), output)
