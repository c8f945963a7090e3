"""Short for cnn: five convolutions of one size, stride 1, no padding, then a linear layer."""

from typing import ClassVar, Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.network import NetworkSettings
from thermophoresis.config.networks.cnn import CNNNetwork

CONVOLUTIONS = 5


class CNN6Network(NetworkSettings):
    """Short for cnn: five convolutions of one size, stride 1, no padding, then a linear layer."""

    takes_vectors: ClassVar[bool] = False

    kind: Literal["cnn6"]
    channels: Count = 10
    kernel: Count = 5

    @property
    def expanded(self) -> CNNNetwork:
        """The network with the channels of each convolution."""
        return CNNNetwork(
            kind="cnn",
            channels=(self.channels,) * CONVOLUTIONS,
            kernel=self.kernel,
            activation=self.activation,
            init=self.init,
        )
