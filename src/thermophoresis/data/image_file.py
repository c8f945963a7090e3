"""The files results/data/{dataset}.nc: samples as their source gives them, and what they are."""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.errors import DamagedFile, UserError
from thermophoresis.provenance import netcdf

TRAIN, TEST = 0, 1

# Files are read whole; chunks of about this size compress well and leave single images cheap too.
CHUNK_BYTES = 2**20

# Name of the samples' variable and its axes, by the number of these.
AXES = {
    4: ("images", ("sample", "channel", "row", "column")),
    2: ("vectors", ("sample", "feature")),
}


class Images(NamedTuple):
    """Labelled images or vectors, not normalised.

    Attributes
    ----------
    images
        Pixels 0 … 255, (sample, channel, row, column), uint8; or of any size, float64. Or vectors,
        (sample, feature), float64.
    labels
        Index of the class, (sample,), int16.
    split
        `TRAIN` or `TEST`, (sample,), int8.
    classes
        Names of the classes.
    source
        What it is and where it comes from, in words.
    licence
        Under which terms it may be used, in words.
    standardise
        Whether training is to scale each channel or feature to mean 0 and variance 1.
    """

    images: np.ndarray
    labels: np.ndarray
    split: np.ndarray
    classes: tuple[str, ...]
    source: str
    licence: str
    standardise: bool = True

    @property
    def checksum(self) -> str:
        """SHA-256 of shape, images, labels and split, however they are stored."""
        digest = hashlib.sha256(json.dumps(self.images.shape).encode())
        stored = "u1" if self.images.dtype == np.uint8 else "<f8"
        digest.update(np.ascontiguousarray(self.images, stored).data)
        digest.update(np.ascontiguousarray(self.labels, "<i2").data)
        digest.update(np.ascontiguousarray(self.split, "i1").data)
        return f"sha256:{digest.hexdigest()}"


def write(
    images: Images,
    path: str | Path,
    *,
    mean: tuple[float, ...],
    std: tuple[float, ...],
    attributes: dict[str, str],
) -> None:
    """Write a data file, atomically and deterministically.

    Parameters
    ----------
    images
        What to write.
    path
        Destination.
    mean, std
        Of the training split, one for each channel or feature; of uint8 in units of pixel/255.
    attributes
        Further global attributes.

    Raises
    ------
    UserError
        The file cannot be written.
    """
    name, axes = AXES[images.images.ndim]
    long_name = "pixel value" if name == "images" else "value of a feature"
    dataset = xr.Dataset(
        {
            name: (axes, images.images, {"long_name": long_name, "units": "1"}),
            "label": ("sample", images.labels, {"long_name": "index of the class", "units": "1"}),
            "split": (
                "sample",
                images.split,
                {
                    "long_name": "what the sample is for",
                    "units": "1",
                    "flag_values": np.array([TRAIN, TEST], np.int8),
                    "flag_meanings": "train test",
                },
            ),
        },
        attrs={
            "source": images.source,
            "licence": images.licence,
            "classes": json.dumps(images.classes, ensure_ascii=False),
            "normalisation": json.dumps(
                {"mean": mean, "std": std, **({} if images.standardise else {"standardise": False})}
            ),
            "images_checksum": images.checksum,
            **attributes,
        },
    )
    _, *shape = images.images.shape
    samples = min(
        len(images.images), max(1, CHUNK_BYTES // (images.images.itemsize * int(np.prod(shape))))
    )
    dataset[name].encoding["chunksizes"] = (samples, *shape)
    netcdf.write(dataset, path)


def read(path: str | Path) -> tuple[Images, np.ndarray, np.ndarray]:
    """Read a data file and verify its checksum.

    Returns
    -------
    images
        What it holds.
    mean, std
        Of the training split, (channel,) or (feature,); of uint8 in units of pixel/255.

    Raises
    ------
    UserError
        The file is missing, is no data file, or its images are not those that were written.
    """
    dataset = netcdf.read(path)
    names = (name for name, _ in AXES.values())
    stored = next((name for name in names if name in dataset), "images")
    try:
        normalisation = json.loads(dataset.attrs["normalisation"])
        images = Images(
            dataset[stored].values,
            dataset["label"].values,
            dataset["split"].values,
            tuple(json.loads(dataset.attrs["classes"])),
            dataset.attrs["source"],
            dataset.attrs["licence"],
            normalisation.get("standardise", True),
        )
        mean, std = np.array(normalisation["mean"]), np.array(normalisation["std"])
        expected = dataset.attrs["images_checksum"]
    except KeyError as error:
        raise UserError(f"{path} is no file of images made by `prepare`") from error
    if images.checksum != expected:
        raise DamagedFile(
            f"{path} is damaged: its checksum is wrong; delete it to have it made anew"
        )
    return images, mean, std
