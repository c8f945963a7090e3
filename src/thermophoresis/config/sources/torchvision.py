"""A data set that torchvision knows, from a local copy or downloaded."""

from typing import Literal

from pydantic import Field

from thermophoresis.config.fields import Folder, Settings


class TorchvisionSource(Settings):
    """A data set that torchvision knows, from a local copy or downloaded."""

    source: Literal["torchvision"]
    name: Literal["FashionMNIST", "CIFAR10"] = Field(description="FashionMNIST or CIFAR10")
    root: Folder
    # How it is obtained, not what it is: no part of what the data file depends on.
    download: bool = Field(default=False, exclude=True)
