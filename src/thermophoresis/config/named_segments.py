"""Pairs of cells and segments between them that figures name."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.fields import Name, Settings


class NamedPair(Settings):
    """A pair of the kind segment, under a name."""

    name: Annotated[str, Field(min_length=1)] = Field(description="a text")
    pair: str = Field(description="the name of a pair")


class NamedSegment(Settings):
    """One of its segments, under a name."""

    name: Annotated[str, Field(min_length=1)] = Field(description="a text")
    segment: Name = Field(description="the name of a segment")
