"""f(x) = Vσ(Wx + b); one logit, or one for each class of images."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.network import (
    TYPICAL_PIXELS,
    VectorNetworkSettings,
    chain_parameters,
)


class TwoLayerNetwork(VectorNetworkSettings):
    """f(x) = Vσ(Wx + b); one logit, or one for each class of images."""

    records: ClassVar[tuple[str, ...]] = (
        "activation_rate",
        "second_layer_norm",
        "mean_bias",
        "first_layer_norm",
        "loss",
        "squared_error",
        "gradient_variance",
    )
    # By hand, and for several classes or tanh.

    kind: Literal["two_layer"] = "two_layer"
    inputs: Count | None = 10
    hidden: Count = 10
    bias: bool = True

    @property
    def axes(self) -> Mapping[str, int]:
        """Length of each axis that observables have of their own, by its name."""
        return {"layer": 1}

    @property
    def least_weights(self) -> int:
        """How many weights it has at least, as far as the settings tell."""
        return ((self.inputs or 1) + 1) * self.hidden

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        return (self.inputs or TYPICAL_PIXELS) * self.hidden

    def parameter_names(self, *, several_classes: bool) -> tuple[str, ...]:
        """Return the names of its parameters."""
        if several_classes or self.activation != "relu":
            return chain_parameters((self.bias, False))
        return ("W", "b", "V") if self.bias else ("W", "V")
