"""Images of one of the configuration's data sets."""

from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.inputs import InputSettings


class Images(InputSettings):
    """Images of one of the configuration's data sets."""

    are_images: ClassVar[bool] = True

    kind: Literal["images"]
    dataset: str = Field(description="the name of a data set")
