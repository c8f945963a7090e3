"""Where the samples of a run come from: its training stream and its held-out probe set."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.config.run import RunSettings
from thermophoresis.data.samples import SampleStream, Stream, probe_set
from thermophoresis.errors import UserError


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
    # Found by name: a change in one kind of data retrains no run with another.
    kind = importlib.import_module(f"thermophoresis.data.{settings.data.kind}")
    return _synthetic(settings, kind) if data is None else _images(settings, kind, data)


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
