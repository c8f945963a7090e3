"""Some of the samples and classes of a data set, and images of another size or shifted."""

from pathlib import Path

import numpy as np

from thermophoresis.config.inputs import DatasetInputs
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.normalisation import normalisation
from thermophoresis.errors import UserError

# Images that are resized at a time, to spare memory.
CHUNK = 1000


def select(
    stored: Images, chosen: DatasetInputs, path: str | Path
) -> tuple[Images, np.ndarray, np.ndarray]:
    """Return what is chosen of a data set, and its own normalisation.

    Parameters
    ----------
    stored
        The whole data set.
    chosen
        Which classes and how many samples; size and shift of images.
    path
        Its file, for error messages.

    Returns
    -------
    images
        The chosen ones.
    mean, std
        Of those for training, (channel,) or (feature,); of uint8 in units of pixel/255.

    Raises
    ------
    UserError
        The data set does not have what is chosen.
    """
    found = stored
    if chosen.classes is not None:
        found = of_classes(found, chosen.classes, path)
    for number, (split, word) in enumerate(((TRAIN, "train"), (TEST, "test"))):
        wanted = getattr(chosen.samples, word)
        if wanted is not None:
            random = np.random.Generator(np.random.PCG64([chosen.choice_seed, number]))
            found = some(found, split, wanted, random, f"data.samples.{word}", path)
    # Settings that images alone have.
    size, shift = (getattr(chosen, name, 0) for name in ("size", "shift"))
    if (size or shift) and found.images.ndim != 4:
        raise UserError(f"data.kind: got 'images'; must be arrays: {path} has vectors, no images")
    if size:
        found = found._replace(images=resize(found.images, size))
    if shift:
        random = np.random.Generator(np.random.PCG64([chosen.choice_seed, 2]))
        found = shifted(found, shift, random, path)
    mean, std = map(np.array, normalisation(found))
    if not (std > 0).all():
        message = "one value throughout in a channel of the training images that are chosen of"
        raise UserError(f"data: {message} {path}: it cannot be scaled to variance 1")
    counts = " and ".join(f"{(found.split == split).sum():,}" for split in (TRAIN, TEST))
    words = [f"{counts} samples of {len(found.classes)} classes"]
    if size:
        words.append(f"brought to {size}×{size} pixels")
    if shift:
        words.append(f"each shifted by up to {shift} pixels")
    return found._replace(source=f"{stored.source}; {', '.join(words)}"), mean, std


def of_classes(images: Images, classes: tuple[int, ...], path: str | Path) -> Images:
    """Return the samples of some classes, which are numbered anew in this order."""
    for position, label in enumerate(classes):
        if label >= len(images.classes):
            raise UserError(
                f"data.classes[{position}]: got {label}; must be one of the classes of {path}, "
                f"0 to {len(images.classes) - 1}"
            )
    new = np.full(len(images.classes), -1, np.int16)
    new[list(classes)] = np.arange(len(classes))
    labels = new[images.labels]
    kept = labels >= 0
    return images._replace(
        images=images.images[kept],
        labels=labels[kept],
        split=images.split[kept],
        classes=tuple(images.classes[label] for label in classes),
    )


def some(
    images: Images,
    split: int,
    wanted: int,
    random: np.random.Generator,
    setting: str,
    path: str | Path,
) -> Images:
    """Return a number of samples of one split, and all of the other.

    Classes have equal numbers, as far as they have as many and up to one: the next sample is always
    of a class with the fewest chosen. Fewer samples are among more.
    """
    members = np.flatnonzero(images.split == split)
    if wanted > len(members):
        raise UserError(
            f"{setting}: got {wanted}; must be <= {len(members)}, what there is of the chosen "
            f"classes in {path}"
        )
    labels = images.labels[members]
    rank = np.empty(len(members), np.int64)
    for label in range(len(images.classes)):
        own = np.flatnonzero(labels == label)
        rank[random.permutation(own)] = np.arange(len(own))
    kept = images.split != split
    kept[members[np.lexsort((labels, rank))[:wanted]]] = True
    return images._replace(
        images=images.images[kept], labels=images.labels[kept], split=images.split[kept]
    )


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """Return square images of which each pixel is the mean over the area that it covers.

    Of uint8 all is done in whole numbers, so that rounding (halves upwards) is the same everywhere.

    Parameters
    ----------
    images
        Shape (sample, channel, row, column).
    size
        Rows and columns of the result.
    """
    rows, columns = (_overlaps(length, size) for length in images.shape[2:])
    area = images.shape[2] * images.shape[3]
    resized = np.empty((*images.shape[:2], size, size), images.dtype)
    for first in range(0, len(images), CHUNK):
        part = images[first : first + CHUNK].astype(np.float64)
        sums = rows @ part @ columns.T  # of whole numbers below 2⁵³, hence exact, for uint8
        if images.dtype == np.uint8:
            sums = (2 * sums.astype(np.int64) + area) // (2 * area)
        else:
            sums /= area
        resized[first : first + CHUNK] = sums
    return resized


def _overlaps(old: int, new: int) -> np.ndarray:
    """Return how much each new pixel has of each old one, (new, old), in units of 1/new."""
    ends = np.minimum(*np.ix_((np.arange(new) + 1) * old, (np.arange(old) + 1) * new))
    starts = np.maximum(*np.ix_(np.arange(new) * old, np.arange(old) * new))
    overlaps: np.ndarray = np.maximum(ends - starts, 0).astype(np.float64)
    return overlaps


def shifted(images: Images, largest: int, random: np.random.Generator, path: str | Path) -> Images:
    """Return images of which those for training are shifted, each by offsets of its own.

    Offsets along both axes are uniform on −largest, …, largest. What comes in at a border is 0, and
    what leaves is lost. Test images stay where they are.
    """
    rows, columns = images.images.shape[2:]
    if largest >= min(rows, columns):
        raise UserError(
            f"data.shift: got {largest}; must be < {min(rows, columns)}, the size of images in "
            f"{path}: nothing is left of an image"
        )
    moved = images.images.copy()
    training = np.flatnonzero(images.split == TRAIN)
    offsets = random.integers(-largest, largest + 1, (len(training), 2))
    for index, (down, right) in zip(training, offsets, strict=True):
        moved[index] = 0
        target, origin = (
            (
                slice(max(down, 0), rows + min(down, 0)),
                slice(max(right, 0), columns + min(right, 0)),
            ),
            (
                slice(max(-down, 0), rows - max(down, 0)),
                slice(max(-right, 0), columns - max(right, 0)),
            ),
        )
        moved[index][:, *target] = images.images[index][:, *origin]
    return images._replace(images=moved)
