"""Six weight layers, σ between them; one logit, or one for each class of images."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.network import TYPICAL_PIXELS, VectorNetworkSettings, chain_parameters


class MLP6Network(VectorNetworkSettings):
    """Six weight layers, σ between them; one logit, or one for each class of images."""

    records: ClassVar[tuple[str, ...]] = (
        "activation_rate",
        "activation_rate_layer",
        "loss",
        "squared_error",
        "gradient_variance",
    )
    steppers: ClassVar[tuple[str, ...]] = ("layered",)

    kind: Literal["mlp6"]
    inputs: Count | None = 100
    hidden: Count = 100

    @property
    def axes(self) -> Mapping[str, int]:
        """Length of each axis that observables have of their own, by its name."""
        return {"layer": 5}

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        return (self.inputs or TYPICAL_PIXELS) * self.hidden + 4 * self.hidden**2

    def parameter_names(self, *, several_classes: bool) -> tuple[str, ...]:
        """Return the names of its parameters."""
        return chain_parameters([True] * 6)
