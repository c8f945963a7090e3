"""Short for mlp without hidden layers: a linear model."""

from typing import Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.network import VectorNetworkSettings
from thermophoresis.config.networks.mlp import MLPNetwork


class LinearNetwork(VectorNetworkSettings):
    """Short for mlp without hidden layers: a linear model."""

    kind: Literal["linear"]
    inputs: Count | None = 10
    bias: bool = True
    # There is nothing that it would be applied to.
    activation: Literal["identity"] = "identity"

    @property
    def expanded(self) -> MLPNetwork:
        """The network without hidden layers."""
        return MLPNetwork(kind="mlp", inputs=self.inputs, hidden=(), bias=self.bias, init=self.init)
