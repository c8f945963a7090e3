"""Five convolutions, stride 1, no padding, σ after each; then a linear layer to classes."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.network import TYPICAL_PIXELS, NetworkSettings, chain_parameters


class CNN6Network(NetworkSettings):
    """Five convolutions, stride 1, no padding, σ after each; then a linear layer to classes."""

    records: ClassVar[tuple[str, ...]] = (
        "activation_rate",
        "activation_rate_layer",
        "loss",
        "squared_error",
        "gradient_variance",
    )
    steppers: ClassVar[tuple[str, ...]] = ("layered",)
    takes_vectors: ClassVar[bool] = False

    kind: Literal["cnn6"]
    channels: Count = 10
    kernel: Count = 5

    @property
    def axes(self) -> Mapping[str, int]:
        """Length of each axis that observables have of their own, by its name."""
        return {"layer": 5}

    @property
    def smallest_image(self) -> int:
        """Rows and columns below which nothing is left after five convolutions."""
        return 5 * (self.kernel - 1) + 1

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        return 5 * TYPICAL_PIXELS * (self.channels * self.kernel) ** 2

    def parameter_names(self, *, several_classes: bool) -> tuple[str, ...]:
        """Return the names of its parameters."""
        return chain_parameters([True] * 6)
