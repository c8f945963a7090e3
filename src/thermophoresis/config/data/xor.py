"""Four Gaussian clusters at (±1, ±1), two of each class, so that no line separates the classes."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from thermophoresis.config.fields import Positive
from thermophoresis.config.inputs import DrawnInputs
from thermophoresis.config.problems import Problem


class XorInputs(DrawnInputs):
    """Four Gaussian clusters at (±1, ±1), two of each class, so that no line separates the classes.

    Attributes
    ----------
    noise
        Standard deviation of every component around the centre of its cluster.
    """

    has_labels: ClassVar[bool] = True

    kind: Literal["xor"]
    noise: Positive = 0.5

    def problems(self, inputs: int) -> Iterator[Problem]:
        """Yield what does not go with the number of inputs of a network, paths from here on."""
        if inputs < 2:
            message = "got 'xor'; must be another kind for a network of 1 input: it needs 2"
            yield Problem(("kind",), message)
