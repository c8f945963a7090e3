"""The 1,797 handwritten digits that scikit-learn ships inside its package: no download needed.

They are the test set of "Optical Recognition of Handwritten Digits" (Alpaydin & Kaynak, 1998).
"""

import numpy as np
from sklearn.datasets import load_digits

from thermophoresis.config.sources.digits import DigitsSource
from thermophoresis.data.image_file import Images
from thermophoresis.data.split import seeded_split

# Pixels of the original go from 0 to this.
LARGEST = 16


def read(settings: DigitsSource, *, download: bool = False) -> Images:
    """Return the digits, resized; there is nothing to download."""
    digits = load_digits()
    small, labels = digits.images.astype(np.int64), digits.target.astype(np.int16)
    edge, original = settings.size, small.shape[-1]
    resized = f", enlarged to {edge}×{edge} (bilinear)" if edge != original else ""
    return Images(
        resize(small, edge)[:, None],
        labels,
        seeded_split(labels, settings.test_fraction, settings.split_seed),
        tuple(str(name) for name in digits.target_names),
        f"the {len(labels):,} handwritten digits of scikit-learn, {original}×{original} "
        f"pixels{resized}",
        "CC BY 4.0: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, "
        "UCI Machine Learning Repository (1998)",
    )


def resize(images: np.ndarray, edge: int) -> np.ndarray:
    """Enlarge square images by bilinear interpolation between the centres of pixels.

    The convention is that of ``torch.nn.functional.interpolate(…, align_corners=False)``. All is
    done in whole numbers: many values lie exactly between two grey levels, and rounding errors,
    which differ between machines, would decide.

    Parameters
    ----------
    images
        Values from 0 to `LARGEST`, (sample, row, column).
    edge
        Rows and columns of the result.

    Returns
    -------
    numpy.ndarray
        Values from 0 to 255, rounded, halves upwards, uint8.
    """
    original = images.shape[-1]
    # Centre of each new pixel, from that of the first old one, in units of 1/(2 · edge) old pixels.
    unit = 2 * edge
    centre = np.clip((2 * np.arange(edge) + 1) * original - edge, 0, (original - 1) * unit)
    # A tent of width 1 around the centre of each old pixel.
    distance = np.abs(centre[:, None] - np.arange(original) * unit)
    weights = np.maximum(unit - distance, 0)
    scale = LARGEST * unit**2
    interpolated: np.ndarray = weights @ images @ weights.T
    return ((2 * 255 * interpolated + scale) // (2 * scale)).astype(np.uint8)
