"""Arrays of a NumPy archive: x_train, y_train, x_test and y_test."""

from typing import Literal

from thermophoresis.config.fields import File, Settings


class ArraysSource(Settings):
    """Arrays of a NumPy archive: x_train, y_train, x_test and y_test.

    Attributes
    ----------
    standardise
        Whether every feature of vectors, or channel of images, is scaled to mean 0 and variance 1
        over the training samples.
    """

    source: Literal["arrays"]
    path: File
    standardise: bool = True
    description: str = ""
    licence: str = ""
