"""Where the samples of a run come from: its training stream and its held-out probe set."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol, cast

import torch
from torch import Tensor

from thermophoresis.config.labels import regime
from thermophoresis.config.run import RunSettings
from thermophoresis.data.drawing import Layout
from thermophoresis.data.samples import Distribution, SampleStream, Stream, fresh_samples, probe_set


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
    open_stream, probe
        Return the training samples of a block of replicas, in a layout, and its held-out samples in
        float64.
    set_size
        Samples in the training set of each replica; None where every sample is new.
    fresh
        Returns further samples as online training has them, by replicas, purpose, number of the
        first and how many; see `samples.fresh_samples`. None where samples are not drawn.
    """

    description: str
    sample_shape: tuple[int, ...]
    classes: int | None
    checksum: str | None
    open_stream: Callable[[range, Layout], Stream]
    probe: Callable[[range], tuple[Tensor, Tensor]]
    set_size: int | None = None
    fresh: Callable[[range, str, int, int], tuple[Tensor, Tensor | None]] | None = None

    def stream(
        self, replicas: range, *, device: torch.device | str = "cpu", replica_last: bool = False
    ) -> Stream:
        """Return the training samples of a block of replicas.

        Parameters
        ----------
        replicas
            Whose they are.
        device, replica_last
            Where they are drawn, and in which order of memory; see `drawing.Layout`.
        """
        return self.open_stream(replicas, Layout(device, replica_last))

    def training_set(self, replicas: range) -> tuple[Tensor, Tensor]:
        """Return the whole training set of replicas; see `samples.Stream.training_set`."""
        return self.stream(replicas).training_set()

    def own_labels(self, replicas: range) -> Tensor:
        """Return the data's own labels of that training set; see `samples.Stream.own_labels`."""
        return self.stream(replicas).own_labels()


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
        return _synthetic(settings)
    return cast(FromFile, _kind(settings)).open_source(settings, data)


def _kind(settings: RunSettings) -> ModuleType:
    """Return the module of a kind of data.

    It is found by name: a change in one kind of data retrains no run with another.
    """
    return importlib.import_module(f"thermophoresis.data.{settings.data.kind}")


def _synthetic(settings: RunSettings) -> Source:
    network: Any = settings.network  # of the kinds that have inputs: others are refused
    inputs: int = network.inputs
    module = _kind(settings)
    kind: Distribution = cast(Distribution, module)
    if hasattr(module, "distribution"):
        kind = module.distribution(settings.data, inputs=inputs, seed=settings.seed)
    word, share = regime(settings.labels)
    return Source(
        kind.SOURCE,
        (inputs,),
        None,
        None,
        lambda block, layout: SampleStream(
            kind,
            seed=settings.seed,
            replicas=block,
            inputs=inputs,
            dtype=getattr(torch, settings.precision),
            labels=word,
            share=share,
            sampling=settings.sampling,
            training_set_size=settings.training_set_size,
            batch_size=settings.batch_size,
            shared=settings.data.is_shared,
            layout=layout,
        ),
        lambda block: probe_set(
            kind,
            seed=settings.seed,
            replicas=block,
            samples=settings.probe_size,
            inputs=inputs,
            dtype=torch.float64,
            own_labels=share < 1,
        ),
        settings.training_set_size,
        lambda block, purpose, first, samples: fresh_samples(
            kind,
            seed=settings.seed,
            replicas=block,
            purpose=purpose,
            first=first,
            samples=samples,
            inputs=inputs,
        ),
    )
