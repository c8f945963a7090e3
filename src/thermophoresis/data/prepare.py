"""From a source of samples to the data file that training reads."""

import importlib
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from thermophoresis.config.source import AnySource, DatasetSettings
from thermophoresis.data import image_file
from thermophoresis.data.image_file import AXES, TEST, TRAIN, Images
from thermophoresis.data.normalisation import normalisation
from thermophoresis.errors import UserError
from thermophoresis.provenance.record import metadata


class Kind(Protocol):
    """A module of `thermophoresis.data.sources`, one kind of source."""

    def read(self, settings: AnySource, *, download: bool) -> Images:
        """Return the images of a source."""


def prepare(
    settings: DatasetSettings, *, fingerprint: str, output: str | Path, download: bool = False
) -> None:
    """Read a data set from its source and write its data file.

    Parameters
    ----------
    settings
        Name and source of the data set.
    fingerprint
        Of the code, for the record.
    output
        The data file.
    download
        Whether what is missing may be downloaded.

    Raises
    ------
    UserError
        The source cannot be read or is not what it should be. The text names the setting.
    """
    try:
        images = _kind(settings.source).read(settings.source, download=download)
        check(images)
    except UserError as error:
        raise UserError(f"datasets.{settings.dataset}.{error}") from error
    mean, std = normalisation(images)
    image_file.write(
        images,
        output,
        mean=mean,
        std=std,
        attributes={
            "title": f"{settings.dataset}: {AXES[images.images.ndim][0]} with labels",
            **metadata(
                settings,
                fingerprint,
                made_by="prepare",
                seeds=split_seeds(settings.source),
                # What it reads lies outside of the results; `images_checksum` is of that.
                inputs=(),
                output=output,
            ),
        },
    )


def _kind(source: AnySource) -> Kind:
    """Return the module of a kind of source, found by name."""
    return cast(Kind, importlib.import_module(f"thermophoresis.data.sources.{source.source}"))


def split_seeds(source: AnySource) -> tuple[int, ...]:
    """Return the seed of the split, unless the source comes split."""
    fraction, seed = (getattr(source, name, None) for name in ("test_fraction", "split_seed"))
    return () if fraction is None or seed is None else (seed,)


def check(images: Images) -> None:
    """Check what the formats themselves do not promise.

    Raises
    ------
    UserError
        A label is none of the classes, a split is empty, all training images are of one class, or
        a channel is the same throughout.
    """
    classes = len(images.classes)
    outside = np.flatnonzero((images.labels < 0) | (images.labels >= classes))
    if len(outside):
        first = outside[0]
        raise UserError(
            f"source: image {first} has the label {images.labels[first]}, outside the {classes} "
            f"classes 0 to {classes - 1}; {len(outside)} of {len(images.labels)} labels are"
        )
    for split, name in ((TRAIN, "training"), (TEST, "test")):
        if not (images.split == split).any():
            raise UserError(f"source: there are no {name} images")
    if len(there := np.unique(images.labels[images.split == TRAIN])) == 1:
        raise UserError(
            f"source: all training images are of one class, {images.classes[there[0]]!r}; must be "
            "of two or more, between which there is something to learn"
        )
    training = images.images[images.split == TRAIN]
    if training.ndim == 2 or not images.standardise:
        return
    for channel in range(training.shape[1]):
        pixels = training[:, channel]
        if (pixels == pixels[0, 0, 0]).all():
            raise UserError(
                f"source: channel {channel} of the training images has one value throughout, "
                f"{pixels[0, 0, 0]}; it cannot be scaled to variance 1"
            )
