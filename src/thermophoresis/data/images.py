"""Images from a data file, as training samples and as the probe set that measurements use."""

import importlib
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from thermophoresis.config.inputs import DatasetInputs
from thermophoresis.config.labels import regime
from thermophoresis.config.run import RunSettings
from thermophoresis.data import image_file
from thermophoresis.data.drawing import Layout, Streamed
from thermophoresis.data.samples import Stream
from thermophoresis.data.source import Source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.errors import UserError


class ImageSet(NamedTuple):
    """A data set: every channel has mean 0 and variance 1 over the training split, if it says so.

    Attributes
    ----------
    train_x, train_y
        Training images (sample, channel, row, column), or vectors (sample, feature), and indices
        of their classes (sample,), int64.
    test_x, test_y
        Those of the test split; always float64, in which everything is measured.
    classes
        Names of the classes.
    source, licence
        In words.
    checksum
        Of the images as they are stored, their labels and split.
    """

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor
    classes: tuple[str, ...]
    source: str
    licence: str
    checksum: str


def load(
    path: str | Path, dtype: torch.dtype = torch.float32, chosen: DatasetInputs | None = None
) -> ImageSet:
    """Read a data file.

    Parameters
    ----------
    path
        The file, ``results/data/{dataset}.nc``.
    dtype
        Floating-point type of the training images.
    chosen
        Which of them are used, and how they are changed; None for all as they are.

    Raises
    ------
    UserError
        The file is missing, is no data file, or is damaged, or does not have what is chosen.
    """
    stored, mean, std = image_file.read(path)
    checksum = stored.checksum
    if chosen is not None and chosen.are_selected:
        # Found by name, so that it retrains nothing with all images.
        selection = importlib.import_module("thermophoresis.data.selection")
        stored, mean, std = selection.select(stored, chosen, path)

    def samples(split: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        chosen = stored.split == split
        x = torch.from_numpy(stored.images[chosen]).to(dtype)
        if stored.images.dtype == np.uint8:
            x.div_(255)
        # In place: 60,000 images of 32×32×3 are 0.7 GB in single precision.
        x.sub_(channels(mean, dtype)).div_(channels(std, dtype))
        return x, torch.from_numpy(stored.labels[chosen]).to(torch.int64)

    def channels(values: np.ndarray, dtype: torch.dtype) -> Tensor:
        return torch.from_numpy(values).to(dtype)[(..., *(None,) * (stored.images.ndim - 2))]

    return ImageSet(
        *samples(image_file.TRAIN, dtype),
        *samples(image_file.TEST, torch.float64),
        stored.classes,
        stored.source,
        stored.licence,
        checksum,
    )


def probe(image_set: ImageSet, samples: int, labels: str, seed: int) -> tuple[Tensor, Tensor]:
    """Choose held-out images, the same ones for every replica of a seed.

    Parameters
    ----------
    image_set
        Where they are chosen from: its test split, which training never sees.
    samples
        How many; fewer are the first of more.
    labels
        "true": those of the images; otherwise random ones, as in training where all are.
    seed
        Seed of the run.

    Returns
    -------
    x, y
        Images of shape (1, sample, channel, row, column), float64, and classes of shape
        (1, sample), int64.

    Raises
    ------
    UserError
        The test split has fewer images.
    """
    available = len(image_set.test_y)
    if samples > available:
        raise UserError(
            f"probe_size: got {samples}; must be <= {available}, the number of test images"
        )
    order = torch.randperm(available, generator=generator(seed, 0, Purpose.PROBE_INPUTS))[:samples]
    if labels == "true":
        y = image_set.test_y[order][None]
    else:
        drawing = Streamed([generator(seed, 0, Purpose.PROBE_LABELS)], samples)
        y = drawing.integers(len(image_set.classes), torch.int64)
    return image_set.test_x[order][None], y


class ImageStream(Stream):
    """Training images of a range of replicas, in the order in which SGD consumes them.

    All replicas share the images; order and random labels are each replica's own.

    Parameters
    ----------
    image_set
        The images, training split.
    seed, replicas, labels, share, sampling, batch_size, layout
        As for `thermophoresis.data.samples.Stream`; sampling is not "online".
    dtype
        Floating-point type of the samples.
    """

    def __init__(
        self,
        image_set: ImageSet,
        *,
        seed: int,
        replicas: range,
        labels: str,
        sampling: str,
        share: float = 1.0,
        batch_size: int | None = None,
        dtype: torch.dtype = torch.float32,
        layout: Layout = Layout(),  # noqa: B008  # it cannot be changed
    ):
        if sampling == "online":
            raise ValueError("images are a finite set: sampling cannot be online")
        super().__init__(
            seed=seed,
            replicas=replicas,
            classes=len(image_set.classes),
            label_dtype=torch.int64,
            labels=labels,
            share=share,
            sampling=sampling,
            training_set_size=len(image_set.train_y),
            batch_size=batch_size,
            layout=layout,
        )
        self._x = image_set.train_x.to(layout.device, dtype)
        self._y = image_set.train_y.to(layout.device)
        self.bytes_per_sample = len(replicas) * self._x[0].nbytes

    def _inputs_at(self, order: Tensor) -> Tensor:
        # index_select copies whole images; indexing with two dimensions is several times slower.
        chosen = self._x.flatten(1).index_select(0, order.flatten())
        return chosen.view(*order.shape, *self._x.shape[1:])

    def _whole_set(self) -> Tensor:
        return self._x[None]

    def _true_labels(self, order: Tensor) -> Tensor:
        return self._y[order]


def open_source(settings: RunSettings, data: str | Path) -> Source:
    """Return the source of a run's samples, images of a data file.

    Raises
    ------
    UserError
        The data file cannot be used, or batch size or probe size do not suit it.
    """
    image_set = _opened(settings, data)
    if image_set.train_x.ndim != 4:
        raise UserError(f"data.kind: got 'images'; must be arrays: {data} has vectors, no images")
    return source_of(settings, image_set, data)


def open_vectors(settings: RunSettings, data: str | Path) -> Source:
    """Return the source of a run's samples, those of a data file as vectors."""
    stored = _opened(settings, data)
    flat = stored._replace(train_x=stored.train_x.flatten(1), test_x=stored.test_x.flatten(1))
    return source_of(settings, flat, data)


def _opened(settings: RunSettings, data: str | Path) -> ImageSet:
    # Only runs on data sets come here.
    return load(data, getattr(torch, settings.precision), cast(DatasetInputs, settings.data))


def source_of(settings: RunSettings, image_set: ImageSet, data: str | Path) -> Source:
    """Return the source of a run's samples, of a set that comes from a data file.

    Raises
    ------
    UserError
        Batch size or probe size do not suit it.
    """
    dtype = getattr(torch, settings.precision)
    available = len(image_set.train_y)
    times = settings.schedule.largest_batch if settings.schedule else 1
    largest = max(settings.batch_size, round(settings.batch_size * times))
    if largest > available:
        by_schedule = f", {largest} by its schedule" if largest > settings.batch_size else ""
        raise UserError(
            f"batch_size: got {settings.batch_size}{by_schedule}; must be <= {available}, the "
            f"number of training images in {data}"
        )
    word, share = regime(settings.labels)
    probed = "true" if share < 1 else word
    held_out = probe(image_set, settings.probe_size, probed, settings.seed)
    return Source(
        image_set.source,
        tuple(image_set.train_x.shape[1:]),
        len(image_set.classes),
        image_set.checksum,
        lambda block, layout: ImageStream(
            image_set,
            seed=settings.seed,
            replicas=block,
            labels=word,
            share=share,
            sampling=settings.sampling,
            batch_size=settings.batch_size,
            dtype=dtype,
            layout=layout,
        ),
        lambda block: held_out,
        available,
    )
