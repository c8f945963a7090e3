"""What may go along with a simulation, and changes no bit of it: progress and checkpoints.

Simulations know the two types here, which do nothing. Those that do something, in `progress` and
`checkpoint`, are handed to them by whoever starts the job: how often a line is written, or how a
checkpoint is stored, is then no part of the code that makes a result, and its change reruns none.
"""

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
