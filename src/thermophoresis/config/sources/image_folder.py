"""Images in folders named after their classes."""

from typing import Literal

from thermophoresis.config.fields import Folder, Probability, Seed, Settings


class ImageFolderSource(Settings):
    """Images in folders named after their classes."""

    source: Literal["image_folder"]
    root: Folder
    test_fraction: Probability | None = None
    split_seed: Seed = 0
    description: str = ""
    licence: str = ""
