"""Stochastic gradient descent."""

from typing import ClassVar, Literal

from thermophoresis.config.evolution import Dynamics


class SGD(Dynamics):
    """Stochastic gradient descent."""

    adjective: ClassVar[str] = "SGD"
    uses_steppers: ClassVar[bool] = True

    kind: Literal["sgd"] = "sgd"
