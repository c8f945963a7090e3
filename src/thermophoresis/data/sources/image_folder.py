"""Images in folders named after their classes, as for torchvision's ``ImageFolder``."""

import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image
from torchvision.datasets import ImageFolder
from torchvision.datasets.folder import IMG_EXTENSIONS

from thermophoresis.config.sources.image_folder import ImageFolderSource
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.split import seeded_split
from thermophoresis.errors import UserError

SPLITS = {"train": TRAIN, "test": TEST}
# What folders of splits are called, in small letters. Two of them are no two classes.
SPLIT_NAMES = frozenset(
    ("train", "training", "val", "valid", "validation", "dev", "test", "testing", "holdout")
)
# Folders that programs and systems leave among others, besides hidden ones.
LEFT_BY_SYSTEMS = frozenset(
    ("__MACOSX", "__pycache__", "@eaDir", "lost+found", "$RECYCLE.BIN", "System Volume Information")
)
GREY = frozenset({"1", "L"})
# Modes with eight bits or less for each channel; of the others, conversion would lose what matters.
READABLE = GREY | {"CMYK", "LA", "P", "PA", "RGB", "RGBA", "YCbCr"}

# What Pillow reads of files with the names of images: others it would recognise as well, and run
# other programs for.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
# Which of them can hold several images.
MOVING = ("GIF", "PNG", "TIFF", "WEBP")
# Of an image: more than any network takes, and less than what exhausts memory while it is decoded.
MOST_PIXELS = 2**24
# What Pillow raises for broken files, and for what claims to be enormous.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)

T = TypeVar("T")


def read(settings: ImageFolderSource, *, download: bool = False) -> Images:
    """Return the images of a folder; there is nothing to download.

    Images are grey if all are, else RGB; transparency is ignored. All have the same size. Hidden
    folders and files, and those of systems, are passed over; of folders the source tells it.

    Raises
    ------
    UserError
        A folder is missing or has no images, classes look like splits, the test split has a class
        of its own, a link leads back or to what is there already, or an image cannot be read, is
        far too large, is one of several in a file, or has another size than the first.
    """
    root = Path(settings.root).expanduser()
    if not root.is_dir():
        raise UserError(f"root: got {settings.root!r}, which is no folder")
    if settings.test_fraction is None:
        paths, labels, split, classes = _with_split(root, settings.root)
    else:
        if all((root / name).is_dir() for name in SPLITS):
            raise UserError(
                f"test_fraction: got {settings.test_fraction}; must be left out, since "
                f"{settings.root} has the folders train and test"
            )
        paths, labels, classes = _listed(root)
        if len(splits := [name for name in classes if _is_split(name)]) > 1:
            raise UserError(
                f"root: the folders {' and '.join(splits)} of {settings.root} look like splits and "
                "not like classes; must be folders of classes, or train and test without "
                "test_fraction"
            )
        split = seeded_split(labels, settings.test_fraction, settings.split_seed)
    images = _decoded(paths)
    kinds = ", ".join(sorted({path.suffix.lower() for path in paths}))
    passed = sorted({path.name for path in _passed_over(root)})
    besides = f"; passed over: {', '.join(passed)}" if passed else ""
    what = settings.description or f"image folder {root.resolve().name}"
    return Images(
        images,
        labels,
        split,
        classes,
        f"{what}: {len(images):,} images from local files ({kinds}){besides}",
        settings.licence or "not stated",
    )


def _with_split(
    root: Path, shown: str
) -> tuple[list[Path], np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return paths, labels, split and classes of a folder with the folders train and test."""
    for name in SPLITS:
        if not (root / name).is_dir():
            raise UserError(
                f"root: {shown} has no folder {name}; must have the folders train and test, or "
                "test_fraction must be given"
            )
    paths, labels, classes = _listed(root / "train")
    test_paths, test_labels, test_classes = _listed(root / "test")
    unknown = sorted(set(test_classes) - set(classes))
    if unknown:
        raise UserError(
            f"root: the folder {root / 'test'} has the class {unknown[0]!r}, which is none of "
            f"those in {root / 'train'}: {', '.join(classes)}"
        )
    by_name = np.array([classes.index(name) for name in test_classes], np.int16)
    split = np.repeat(np.array([TRAIN, TEST], np.int8), [len(labels), len(test_labels)])
    return paths + test_paths, np.concatenate([labels, by_name[test_labels]]), split, classes


def _is_split(name: str) -> bool:
    """Whether a folder's name, such as ``train`` or ``Test_set``, says that it is a split."""
    return re.split(r"[^a-z]+", name.lower())[0] in SPLIT_NAMES


def _is_left_over(name: str) -> bool:
    """Whether a name is that of what nobody has put there to be read."""
    return name.startswith(".") or name in LEFT_BY_SYSTEMS


def _passed_over(root: Path) -> list[Path]:
    """Return the folders among those of splits and classes that are no classes."""
    places = [root, *(root / name for name in SPLITS if (root / name).is_dir())]
    found = (it for place in places for it in place.iterdir())
    return [it for it in found if it.is_dir() and _is_left_over(it.name)]


class _Folder(ImageFolder):  # type: ignore[misc]  # torchvision says nothing of its types
    """Classes and images without what is hidden or left by systems."""

    def find_classes(self, directory: str | Path) -> tuple[list[str], dict[str, int]]:
        """Return the names of the classes, sorted, and their numbers."""
        found, _ = super().find_classes(str(directory))
        classes = [name for name in found if not _is_left_over(name)]
        if not classes:
            raise FileNotFoundError(f"Couldn't find any class folder in {directory}.")
        return classes, {name: number for number, name in enumerate(classes)}


def _is_an_image(path: str) -> bool:
    return Path(path).suffix.lower() in IMG_EXTENSIONS and not _is_left_over(Path(path).name)


def _listed(folder: Path) -> tuple[list[Path], np.ndarray, tuple[str, ...]]:
    """Return paths, labels and classes of a folder with one folder for each class."""
    try:
        for entry in folder.iterdir():
            if not _is_left_over(entry.name):
                _look_for_links(entry)
        found = _Folder(folder, is_valid_file=_is_an_image)
    except OSError as error:
        raise UserError(f"root: {error}") from error
    paths, labels = zip(*found.samples, strict=True)
    return [Path(path) for path in paths], np.array(labels, np.int16), tuple(found.classes)


def _look_for_links(folder: Path) -> None:
    """Refuse links by which a class has the same images more than once, or for ever."""
    seen = {folder.resolve()}
    for place, folders, _ in os.walk(folder, followlinks=True):
        for path in (Path(place) / name for name in sorted(folders)):
            if (there := path.resolve()) in seen:
                raise UserError(f"root: {path} leads to a folder that is there already: {there}")
            seen.add(there)


def _decoded(paths: list[Path]) -> np.ndarray:
    """Return the pixels of image files, (sample, channel, row, column), uint8."""
    modes = set()
    _, expected = _opened(paths[0], _mode_and_size)
    for path in paths:
        mode, size = _opened(path, _mode_and_size)
        if size[0] * size[1] > MOST_PIXELS:
            raise UserError(
                f"root: {path} has {size[0]}×{size[1]} pixels; must have at most {MOST_PIXELS:,}"
            )
        if size != expected:
            raise UserError(
                f"root: {path} has {size[0]}×{size[1]} pixels, but {paths[0]} has "
                f"{expected[0]}×{expected[1]}; all images must have the same size"
            )
        if mode not in READABLE:
            raise UserError(f"root: {path} has pixels of mode {mode}; must have 8 bits per channel")
        modes.add(mode)
    mode, channels = ("L", 1) if modes <= GREY else ("RGB", 3)
    columns, rows = expected
    pixels = np.empty((len(paths), channels, rows, columns), np.uint8)
    for row, path in zip(pixels, paths, strict=True):
        image = _opened(path, lambda image: np.asarray(image.convert(mode)))
        row[:] = image.reshape(rows, columns, channels).transpose(2, 0, 1)
    return pixels


def _mode_and_size(image: Image.Image) -> tuple[str, tuple[int, int]]:
    if image.format in MOVING and getattr(image, "is_animated", False):
        raise ValueError("it holds several images, must hold one")
    return image.mode, image.size


def _opened(path: Path, look: Callable[[Image.Image], T]) -> T:
    """Return what a function sees in an image file."""
    try:
        if not path.is_file():  # but a pipe, say, which might never end
            raise ValueError("it is no regular file")
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                return look(image)
    except UNREADABLE as error:
        reason = " ".join(str(error).split())
        raise UserError(f"root: cannot read the image {path}: {reason}") from error
