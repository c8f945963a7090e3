"""Where the samples of a run come from: its training stream and its held-out probe set."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol, cast

import torch
from torch import Tensor

from thermophoresis.config.run import RunSettings
from thermophoresis.data.samples import Distribution, SampleStream, Stream, probe_set


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

    def training_set(self, replicas: range) -> tuple[Tensor, Tensor]:
        """Return the whole training set of replicas; see `samples.Stream.training_set`."""
        return self.stream(replicas).training_set()


class FromFile(Protocol):
    """A module of this package with a kind of data that is read from a file; see `images`."""

    def open_source(self, settings: RunSettings, data: str | Path) -> Source:
        """Return the source of a run's samples."""


def open_source(settings: RunSettings, data: str | Path | None) -> Source:
    """Return the source of a run's samples.

    Parameters
    ----------
    settings
        The run.
    data
        Data file of the images; None for synthetic data.

    Raises
    ------
    UserError
        The data file cannot be used, or batch size or probe size do not suit it.
    """
    if data is None:
        return _synthetic(settings, cast(Distribution, _kind(settings)))
    return cast(FromFile, _kind(settings)).open_source(settings, data)


def _kind(settings: RunSettings) -> ModuleType:
    """Return the module of a kind of data.

    It is found by name: a change in one kind of data retrains no run with another.
    """
    return importlib.import_module(f"thermophoresis.data.{settings.data.kind}")


def _synthetic(settings: RunSettings, kind: Distribution) -> Source:
    network: Any = settings.network  # of the kinds that have inputs: others are refused
    inputs: int = network.inputs
    return Source(
        kind.SOURCE,
        (inputs,),
        None,
        None,
        lambda block: SampleStream(
            kind,
            seed=settings.seed,
            replicas=block,
            inputs=inputs,
            dtype=getattr(torch, settings.precision),
            labels=settings.labels,
            sampling=settings.sampling,
            training_set_size=settings.training_set_size,
        ),
        lambda block: probe_set(
            kind,
            seed=settings.seed,
            replicas=block,
            samples=settings.probe_size,
            inputs=inputs,
            dtype=torch.float64,
        ),
    )
