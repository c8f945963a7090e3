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
    """

    adjective: ClassVar[str]
    uses_steppers: ClassVar[bool] = False
    takes_classes: ClassVar[bool] = True

    kind: str

    @property
    def is_plain(self) -> bool:
        """Whether a step is −η times the mean gradient of a batch and nothing else."""
        return False
