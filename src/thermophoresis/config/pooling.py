"""How images are made smaller between the layers of a network."""

from typing import Annotated, Literal

from pydantic import Field

from thermophoresis.config.fields import Settings


class PoolingSettings(Settings):
    """Windows, side by side, of each of which one number is left; see `networks.pooling`."""

    kind: Literal["max", "average"] = Field(description="max or average")
    size: Annotated[int, Field(ge=2)] = 2
