"""What may go along with a simulation, and changes no bit of it: progress, checkpoints, journals.

Simulations know the types here, which do nothing, or keep numbers in memory alone. Those that do
something, in `progress`, `checkpoint` and `journal`, are handed to them by whoever starts the job:
how often a line is written, or how a checkpoint is stored, is then no part of the code that makes a
result, and its change reruns none.
"""

import hashlib
from collections.abc import Mapping

import numpy as np


class Progress:
    """Is told how far an ensemble is."""

    def start(self, steps: int) -> None:
        """Take note that every replica is about to make so many steps."""

    def resume(self, block: range, step: int) -> None:
        """Take note that an earlier attempt had come to a step of a block of replicas."""

    def update(self, block: range, step: int) -> None:
        """Take note of the step that a block of replicas has reached."""

    def finish(self, diverged: int) -> None:
        """Take note that all steps are made, and how many replicas have diverged."""


class Checkpoints:
    """Keep the state of a simulation, to go on from there after a crash."""

    def load(self, **identity: str) -> dict[str, np.ndarray]:
        """Return what was saved last, by name; nothing where that is no use for this run.

        Parameters
        ----------
        **identity
            What it must belong to, as far as that is known only when the simulation starts.
        """
        return {}

    @property
    def due(self) -> bool:
        """Whether it is time to save."""
        return False

    def save(self, content: Mapping[str, np.ndarray]) -> None:
        """Replace what was saved last by other arrays, by name."""

    def remove(self) -> None:
        """Forget what was saved, when the results are safe."""


class Journal:
    """Keeps the numbers that a simulation traces, in the order in which they come.

    Attributes
    ----------
    count
        How many there are.
    """

    count: int = 0

    def open(self, dtype: np.dtype) -> None:
        """Begin with no numbers of a type."""
        self._numbers: list[np.ndarray] = []
        self._dtype, self.count = dtype, 0

    def resume(self, dtype: np.dtype, count: int, checksum: bytes) -> bool:
        """Go back to the first numbers; tell whether they are there and have this checksum."""
        return False

    def append(self, numbers: np.ndarray) -> None:
        """Add numbers at the end."""
        self._numbers.append(numbers.astype(self._dtype).ravel())
        self.count += numbers.size

    def checksum(self) -> bytes:
        """Return a checksum of all numbers, once they are where a crash leaves them."""
        return hashlib.sha256(self.read(0, self.count).tobytes()).digest()

    def read(self, start: int, count: int) -> np.ndarray:
        """Return some of the numbers, one-dimensional."""
        joined = np.concatenate([np.empty(0, self._dtype), *self._numbers])
        return joined[start : start + count]

    def remove(self) -> None:
        """Forget the numbers, when the results are safe."""
