"""What settings of every kind of dynamics have."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from thermophoresis.config.fields import Settings
from thermophoresis.config.problems import Problem


class Dynamics(Settings):
    """What makes the parameters of an ensemble evolve; each kind declares what its jobs need.

    Attributes
    ----------
    adjective
        It, in front of a noun: an ``SGD ensemble``.
    takes_classes
        Whether it can have a logit for each of several classes; otherwise one logit alone.
    needs_cross_entropy
        Why it makes no sense with another loss; empty where it does.
    """

    adjective: ClassVar[str]
    takes_classes: ClassVar[bool] = True
    needs_cross_entropy: ClassVar[str] = ""

    kind: str

    def steppers(self, network: Any, loss: Any) -> tuple[str, ...]:
        """Return the modules of `thermophoresis.simulations.sgd` that make its steps, if any do.

        Parameters
        ----------
        network, loss
            Settings of what it trains, and on what.
        """
        return ()

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what is wrong between it and the valid settings of an experiment, all but itself.

        Paths are relative to it. What is missing from the settings is not valid by itself.
        """
        yield from ()
