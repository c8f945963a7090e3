"""Fashion-MNIST and CIFAR-10 by way of torchvision, from a local copy or downloaded.

Of torchvision this uses addresses, checksums and readers. Its data set classes are not enough: they
wait for ever, write into the folder that is read next time, and look only at whether the files of
Fashion-MNIST exist.
"""

import errno
import hashlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlparse

import numpy as np
from torchvision.datasets import CIFAR10, FashionMNIST
from torchvision.datasets.mnist import read_image_file, read_label_file
from torchvision.datasets.utils import check_integrity, download_and_extract_archive

from thermophoresis.config.sources.torchvision import TorchvisionSource
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.errors import UserError

# A download is tried this often, with a pause before the second time and twice that before the
# third. A host that says nothing for longer than the timeout is given up.
ATTEMPTS = 3
PAUSE_SECONDS = 2.0
TIMEOUT_SECONDS = 60.0
BEGINNING = 100  # images by which a data set is known


class Archive(NamedTuple):
    """A compressed file to download.

    Attributes
    ----------
    urls
        Where it can be had; the first that answers is taken.
    md5
        Checksum, hexadecimal.
    """

    urls: tuple[str, ...]
    md5: str


class DataSet(NamedTuple):
    """How one data set is stored and read.

    Attributes
    ----------
    title, licence
        In words.
    samples
        Number of images of the original.
    files
        The files of a complete copy, relative to its root.
    archives
        What they are unpacked from.
    beginning
        SHA-256 of the first hundred training images and then their labels, a byte each, where the
        files of a copy have no checksums of their own; else empty.
    unpacked
        Folder below the root that archives are unpacked into.
    read
        Reads a complete copy; returns images (sample, channel, row, column), labels, split and
        names of the classes.
    """

    title: str
    licence: str
    samples: int
    files: Callable[[], tuple[str, ...]]
    archives: Callable[[], tuple[Archive, ...]]
    beginning: str
    unpacked: str
    read: Callable[[Path], tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]]


def read(settings: TorchvisionSource, *, download: bool = False) -> Images:
    """Return the data set of a local copy, after downloading what is missing if that is allowed.

    Parameters
    ----------
    settings
        Which data set, and the folder of the copy.
    download
        Whether to download a copy that is incomplete. A complete one is never replaced, even if it
        turns out to be corrupt.

    Raises
    ------
    UserError
        The copy is missing or corrupt, or the download fails.
    """
    data_set = DATA_SETS[settings.name]
    root = Path(settings.root).expanduser()
    missing = [name for name in data_set.files() if not (root / name).is_file()]
    if missing and not download:
        raise UserError(
            f"root: {settings.root} has no complete {data_set.title}: {missing[0]} is missing; set "
            "root to the folder of a local copy, or download to true"
        )
    if missing:
        _download(settings.name, data_set, root, settings.root)
    pixels, labels, split, classes = data_set.read(root)
    total = data_set.samples
    if data_set.beginning and not _begins(pixels, labels, split, data_set.beginning):
        source = (
            f"{len(pixels):,} images in files that are named as those of {data_set.title}, and are "
            "others"
        )
        return Images(pixels, labels, split, classes, source, "not known")
    if len(pixels) == total:
        source = f"the {total:,} images of {data_set.title}"
    else:
        source = f"{len(pixels):,} of the {total:,} images of {data_set.title}, from local files"
    return Images(pixels, labels, split, classes, source, data_set.licence)


def _begins(pixels: np.ndarray, labels: np.ndarray, split: np.ndarray, beginning: str) -> bool:
    """Whether the first training images are those of the original; fewer than that may be."""
    first = np.flatnonzero(split == TRAIN)[:BEGINNING]
    if len(first) < BEGINNING:
        return True
    content = pixels[first].tobytes() + labels[first].astype(np.uint8).tobytes()
    return hashlib.sha256(content).hexdigest() == beginning


# --- Downloading ------------------------------------------------------------------------------


def _download(name: str, data_set: DataSet, root: Path, shown: str) -> None:
    """Download a data set and move it to its place when it is complete and verified."""
    local = f"to use a local copy, set root to its folder (now {shown})"
    try:
        root.mkdir(parents=True, exist_ok=True)
        # In the same file system, so that moving cannot fail half-way.
        with tempfile.TemporaryDirectory(prefix=".download-", dir=root) as folder:
            for archive in data_set.archives():
                _fetch(archive, Path(folder), data_set.unpacked)
            incomplete = [file for file in data_set.files() if not (Path(folder) / file).is_file()]
            if incomplete:
                raise _Failure(f"{incomplete[0]} is not in what was downloaded")
            for file in data_set.files():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                os.replace(Path(folder) / file, root / file)
    except _Failure as error:
        raise UserError(f"download: cannot download {name}: {error}; {local}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        full = " (the disk is full)" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        raise UserError(
            f"root: cannot store the download of {name} in {shown}: {reason}{full}; make room or "
            f"set root to another folder, or {local}"
        ) from error


class _Failure(Exception):
    """Why a download failed, in words."""


def _fetch(archive: Archive, folder: Path, unpacked: str) -> None:
    """Download and unpack one archive; try its addresses several times."""
    (folder / unpacked).mkdir(parents=True, exist_ok=True)
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
        for url in archive.urls:
            try:
                with _timeout(TIMEOUT_SECONDS):
                    # It verifies the archive; the formats have checksums for what comes out of it.
                    download_and_extract_archive(
                        url, str(folder / "archives"), str(folder / unpacked), md5=archive.md5
                    )
                return
            except (OSError, EOFError, HTTPException, RuntimeError) as error:
                if isinstance(error, OSError) and error.errno in _LOCAL:
                    raise
                failure = _reason(error, url)
                print(f"attempt {attempt + 1} of {ATTEMPTS}: {failure}", file=sys.stderr)
    raise _Failure(f"{failure} ({ATTEMPTS} attempts)")


# What is wrong with this machine's disk rather than with the way to the other one.
_LOCAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO})


@contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Give up connections that stay silent; torchvision itself sets no limit."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _reason(error: Exception, url: str) -> str:
    """Return in words why a download failed."""
    host = urlparse(url).netloc
    if isinstance(error, HTTPError):
        return f"{host} answers {error.code} {error.reason} for {url}"
    if isinstance(error, URLError | TimeoutError | ConnectionError | HTTPException):
        return f"{host} cannot be reached: {getattr(error, 'reason', None) or repr(error)}"
    if "corrupted" in str(error):  # torchvision's word for a wrong checksum
        return f"the checksum of what {host} sends for {url} is wrong"
    return f"{url}: {error}"


# --- Fashion-MNIST ----------------------------------------------------------------------------

# Prefix of the file names, and images before labels.
_IDX_SPLITS = (("train", TRAIN), ("t10k", TEST))
_RAW = "FashionMNIST/raw"


def _fashion_mnist_archives() -> tuple[Archive, ...]:
    return tuple(
        Archive(tuple(f"{mirror}{name}" for mirror in FashionMNIST.mirrors), md5)
        for name, md5 in FashionMNIST.resources
    )


def _fashion_mnist_files() -> tuple[str, ...]:
    return tuple(f"{_RAW}/{Path(name).stem}" for name, _ in FashionMNIST.resources)


def _read_fashion_mnist(
    root: Path,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    parts = []
    for prefix, split in _IDX_SPLITS:
        image_file = root / _RAW / f"{prefix}-images-idx3-ubyte"
        label_file = root / _RAW / f"{prefix}-labels-idx1-ubyte"
        count, label_count = _check_idx(image_file, 3)[0], _check_idx(label_file, 1)[0]
        if count != label_count:
            raise UserError(
                f"root: {image_file} has {count} images, but {label_file} has {label_count} "
                f"labels; {_REPLACE}"
            )
        parts.append(
            (
                read_image_file(str(image_file)).numpy()[:, None],
                read_label_file(str(label_file)).numpy().astype(np.int16),
                np.full(count, split, np.int8),
            )
        )
    shapes = [part[0].shape[1:] for part in parts]
    if shapes[0] != shapes[1]:
        raise UserError(
            f"root: training images in {root / _RAW} have {shapes[0][1]}×{shapes[0][2]} pixels, "
            f"test images {shapes[1][1]}×{shapes[1][2]}; {_REPLACE}"
        )
    pixels, labels, splits = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pixels, labels, splits, tuple(FashionMNIST.classes)


_REPLACE = "replace the files by intact ones, or delete them and set download to true"


def _check_idx(path: Path, dimensions: int) -> tuple[int, ...]:
    """Return the shape in the header of an IDX file of bytes, if the file is as long as it says."""
    size = path.stat().st_size
    length = 4 * (1 + dimensions)
    with path.open("rb") as file:
        header = file.read(length)
    # Two zeros, the code of unsigned bytes, the number of dimensions, and the size in each.
    magic = bytes([0, 0, 8, dimensions])
    if header[:4] != magic:
        raise UserError(
            f"root: {path} has a corrupt header: it starts with {header[:4].hex(' ') or 'nothing'} "
            f"instead of {magic.hex(' ')}; {_REPLACE}"
        )
    shape = tuple(int.from_bytes(header[start : start + 4], "big") for start in range(4, length, 4))
    expected = length + int(np.prod(shape, dtype=object))
    if len(header) < length or size != expected or 0 in shape:
        raise UserError(
            f"root: {path} has {size:,} bytes, but its header promises {expected:,} "
            f"({'×'.join(map(str, shape))}): it is truncated or corrupt; {_REPLACE}"
        )
    return shape


# --- CIFAR-10 ---------------------------------------------------------------------------------


def _cifar10_checksums() -> tuple[tuple[str, str], ...]:
    listed = [*CIFAR10.train_list, *CIFAR10.test_list]
    listed.append([CIFAR10.meta["filename"], CIFAR10.meta["md5"]])
    return tuple((f"{CIFAR10.base_folder}/{name}", md5) for name, md5 in listed)


def _cifar10_files() -> tuple[str, ...]:
    return tuple(name for name, _ in _cifar10_checksums())


def _cifar10_archives() -> tuple[Archive, ...]:
    return (Archive((CIFAR10.url,), CIFAR10.tgz_md5),)


def _read_cifar10(root: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    # The files are pickles: nothing but the originals may be opened.
    for name, md5 in _cifar10_checksums():
        if not check_integrity(root / name, md5):
            raise UserError(f"root: the checksum of {root / name} is wrong; {_REPLACE}")
    train, test = (CIFAR10(root, train=train) for train in (True, False))
    pixels = np.concatenate([train.data, test.data]).transpose(0, 3, 1, 2)
    labels = np.array(train.targets + test.targets, np.int16)
    split = np.repeat(np.array([TRAIN, TEST], np.int8), [len(train), len(test)])
    return np.ascontiguousarray(pixels), labels, split, tuple(train.classes)


DATA_SETS = {
    "FashionMNIST": DataSet(
        "Fashion-MNIST",
        "MIT (Zalando Research)",
        70_000,
        _fashion_mnist_files,
        _fashion_mnist_archives,
        "8524b01cc72221f06cf6c6290bf7550c452f04b73cebcfe8d4c76f04d51418ad",
        _RAW,
        _read_fashion_mnist,
    ),
    "CIFAR10": DataSet(
        "CIFAR-10",
        "not stated by its authors, who ask to cite A. Krizhevsky, Learning Multiple Layers of "
        "Features from Tiny Images (2009)",
        60_000,
        _cifar10_files,
        _cifar10_archives,
        "",
        "",
        _read_cifar10,
    ),
}
