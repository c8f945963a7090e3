"""The random walk that SGD would be if its residuals were symmetric noise (Eq. 2)."""

from typing import Any, ClassVar, Literal

from thermophoresis.config.evolution import Dynamics


class UnbiasedWalk(Dynamics):
    """The random walk that SGD would be if its residuals were symmetric noise (Eq. 2)."""

    adjective: ClassVar[str] = "unbiased-walk"
    takes_classes: ClassVar[bool] = False
    takes_modules: ClassVar[bool] = False
    needs_cross_entropy: ClassVar[str] = "its coins ±½ stand for p − y"

    kind: Literal["unbiased_walk"]

    def steppers(self, network: Any, loss: Any) -> tuple[str, ...]:
        """Return the modules of `thermophoresis.simulations.sgd` that make its steps."""
        return ("surgery",)
