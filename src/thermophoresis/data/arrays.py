"""Samples of any shape from a data file, as vectors."""

from pathlib import Path

from thermophoresis.config.run import RunSettings
from thermophoresis.data import images
from thermophoresis.data.source import Source


def open_source(settings: RunSettings, data: str | Path) -> Source:
    """Return the source of a run's samples, those of a data file as vectors.

    Raises
    ------
    UserError
        The data file cannot be used, or batch size or probe size do not suit it.
    """
    return images.open_vectors(settings, data)
