"""What settings of every kind of dynamics have."""

from typing import ClassVar

from thermophoresis.config.fields import Settings


class Dynamics(Settings):
    """What makes the parameters of an ensemble evolve; each kind declares what its jobs need.

    Attributes
    ----------
    adjective
        It, in front of a noun: an ``SGD ensemble``.
    uses_steppers
        Whether a module of `thermophoresis.simulations.sgd` that the network names makes its steps.
    takes_classes
        Whether it can have a logit for each of several classes; otherwise one logit alone.
    takes_modules
        Whether the network may be anything that has gradients; otherwise a chain of layers.
    """

    adjective: ClassVar[str]
    uses_steppers: ClassVar[bool] = False
    takes_classes: ClassVar[bool] = True
    takes_modules: ClassVar[bool] = True

    kind: str
