"""Inputs x ~ N(0, I), or with another variance for each component."""

from collections.abc import Iterator
from typing import Literal

from thermophoresis.config.inputs import DrawnInputs
from thermophoresis.config.problems import Problem
from thermophoresis.config.spectrum import Spectrum, spectrum_problems


class GaussianInputs(DrawnInputs):
    """Inputs x ~ N(0, I), or with another variance for each component."""

    kind: Literal["gaussian"]
    spectrum: Spectrum = "white"

    @property
    def standard_normal(self) -> bool:
        """Whether x ~ N(0, I), so that expectations over x have a closed form."""
        return bool(self.spectrum == "white")

    def problems(self, inputs: int) -> Iterator[Problem]:
        """Yield what does not go with the number of inputs of a network, paths from here on."""
        yield from spectrum_problems(self.spectrum, inputs)
