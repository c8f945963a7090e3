"""Stochastic gradient descent."""

from typing import ClassVar, Literal

from thermophoresis.config.evolution import Dynamics


class SGD(Dynamics):
    """Stochastic gradient descent."""

    adjective: ClassVar[str] = "SGD"
    uses_steppers: ClassVar[bool] = True

    kind: Literal["sgd"] = "sgd"

    @property
    def is_plain(self) -> bool:
        """Whether a step is −η times the mean gradient of a batch and nothing else."""
        return True
