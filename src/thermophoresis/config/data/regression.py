"""Linear regression: y = w*·x + noise, with one w* for each seed."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.inputs import DrawnInputs
from thermophoresis.config.problems import Problem
from thermophoresis.config.spectrum import Spectrum, spectrum_problems


class RegressionInputs(DrawnInputs):
    """Linear regression: y = w*·x + noise, with one w* for each seed.

    Attributes
    ----------
    noise
        Standard deviation of what y has beside w*·x.
    spectrum
        Variances of the components of x, as those of ``gaussian``.
    """

    has_labels: ClassVar[bool] = True

    kind: Literal["regression"]
    noise: Annotated[float, Field(ge=0)] = 0.1
    spectrum: Spectrum = "white"

    @property
    def real_labels(self) -> bool:
        """Whether their labels are real numbers rather than 0 and 1 or classes."""
        return True

    def problems(self, inputs: int) -> Iterator[Problem]:
        """Yield what does not go with the number of inputs of a network, paths from here on."""
        yield from spectrum_problems(self.spectrum, inputs)
