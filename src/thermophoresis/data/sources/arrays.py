"""Arrays of a NumPy archive (.npz): x_train, y_train, x_test and y_test."""

import zipfile
from pathlib import Path

import numpy as np

from thermophoresis.config.sources.arrays import ArraysSource
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.errors import UserError

NAMES = ("x_train", "y_train", "x_test", "y_test")
# Shapes that samples may have, by the number of axes with that of samples.
SHAPES = {2: "(sample, feature)", 3: "(sample, row, column)", 4: "(sample, channel, row, column)"}


def read(settings: ArraysSource, *, download: bool = False) -> Images:
    """Return the samples of an archive; there is nothing to download.

    Images of uint8 are pixels; everything else becomes float64. Classes are 0 to the largest label.

    Raises
    ------
    UserError
        The archive cannot be read, lacks an array, or has one that is not what it must be.
    """
    arrays = _arrays(settings.path)
    x_train, x_test = (_samples(name, arrays[name]) for name in ("x_train", "x_test"))
    if x_train.shape[1:] != x_test.shape[1:]:
        raise UserError(
            f"path: x_test has samples of shape {x_test.shape[1:]}, but x_train of shape "
            f"{x_train.shape[1:]}"
        )
    y_train, y_test = (
        _labels(name, arrays[name], len(x))
        for name, x in (("y_train", x_train), ("y_test", x_test))
    )
    present = np.unique(y_train)
    if len(present) < 2 or not np.array_equal(present, np.arange(len(present))):
        shown = ", ".join(map(str, present[:8].tolist())) + (", …" if len(present) > 8 else "")
        raise UserError(
            f"path: y_train has the labels {shown}; must have 0, 1, … without a gap, two or more"
        )
    if len(unknown := np.setdiff1d(y_test, present)):
        raise UserError(f"path: y_test has the label {unknown[0]}, which y_train does not have")
    if x_train.dtype != x_test.dtype:
        x_train, x_test = x_train.astype(np.float64), x_test.astype(np.float64)
    x = np.concatenate([x_train, x_test])
    what = settings.description or f"arrays of {Path(settings.path).name}"
    return Images(
        x,
        np.concatenate([y_train, y_test]).astype(np.int16),
        np.repeat(np.array([TRAIN, TEST], np.int8), [len(x_train), len(x_test)]),
        tuple(map(str, present.tolist())),
        f"{what}: {len(x_train):,} samples for training and {len(x_test):,} for testing",
        settings.licence or "not stated",
        settings.standardise,
    )


def _arrays(shown: str) -> dict[str, np.ndarray]:
    """Return the four arrays of an archive, which is opened without what could run code."""
    path = Path(shown).expanduser()
    if not path.is_file():
        raise UserError(f"path: got {shown!r}, which is no file")
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            if isinstance(archive, np.ndarray):
                raise UserError(f"path: {shown} is one array; must be an archive, of numpy.savez")
            if missing := [name for name in NAMES if name not in archive]:
                raise UserError(
                    f"path: {shown} has no {missing[0]}; must have {', '.join(NAMES)}, and has "
                    f"{', '.join(archive.files) or 'nothing'}"
                )
            return {name: archive[name] for name in NAMES}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())
        raise UserError(
            f"path: cannot read {shown}: {reason}; must be an archive of numpy.savez, of plain "
            "numbers"
        ) from error


def _samples(name: str, x: np.ndarray) -> np.ndarray:
    """Return samples as vectors, or as images with a channel."""
    if x.dtype.kind not in "fiub":
        raise UserError(f"path: {name} is of type {x.dtype}; must be of real numbers")
    if x.ndim not in SHAPES or 0 in x.shape:
        allowed = ", ".join(SHAPES.values())
        raise UserError(f"path: {name} has the shape {x.shape}; must have one of {allowed}")
    if not np.isfinite(x).all():
        raise UserError(f"path: {name} has a value that is not finite")
    if x.ndim == 3:
        x = x[:, None]
    return x if x.dtype == np.uint8 and x.ndim == 4 else x.astype(np.float64)


def _labels(name: str, y: np.ndarray, samples: int) -> np.ndarray:
    """Return labels, one for each sample."""
    if y.dtype.kind not in "iub":
        raise UserError(f"path: {name} is of type {y.dtype}; must be of whole numbers")
    if y.shape != (samples,):
        raise UserError(
            f"path: {name} has the shape {y.shape}; must have ({samples},), a label for each sample"
        )
    if not 0 <= y.min() <= y.max() < 2**15:
        raise UserError(
            f"path: {name} has labels from {y.min()} to {y.max()}; must be 0, 1, … without a gap"
        )
    return y.astype(np.int64)
