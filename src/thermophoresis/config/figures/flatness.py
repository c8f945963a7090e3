"""The size of the Hessian against η/|B|, after training that ended in three ways."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from thermophoresis.config.noise_grid import NoiseGridFigure


class FlatnessFigure(NoiseGridFigure):
    """The size of the Hessian against η/|B|, after training that ended in three ways.

    Attributes
    ----------
    rescaled
        Name of a computation of the kind rescaled_layers.
    """

    kind: Literal["flatness"]
    rescaled: str = Field(description="the name of a computation")

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {("rescaled",): self.rescaled}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {("rescaled",): "rescaled_layers"}
