"""Short for mlp: five hidden layers of one width."""

from typing import Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.network import VectorNetworkSettings
from thermophoresis.config.networks.mlp import MLPNetwork

HIDDEN_LAYERS = 5


class MLP6Network(VectorNetworkSettings):
    """Short for mlp: five hidden layers of one width, so that there are six weight layers."""

    kind: Literal["mlp6"]
    inputs: Count | None = 100
    hidden: Count = 100

    @property
    def expanded(self) -> MLPNetwork:
        """The network with the width of each hidden layer."""
        return MLPNetwork(
            kind="mlp",
            inputs=self.inputs,
            hidden=(self.hidden,) * HIDDEN_LAYERS,
            activation=self.activation,
            init=self.init,
        )
