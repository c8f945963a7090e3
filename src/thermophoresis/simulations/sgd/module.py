"""SGD steps of a user's own networks, by their gradients."""

import torch
from torch import Tensor

from thermophoresis.networks.module import TOGETHER, OwnModule
from thermophoresis.networks.network import Parameters
from thermophoresis.simulations.stepwise import Stepwise

# What the class computes is not known, nor whether that can be compiled.
COMPILES = False


def block_replicas(network: OwnModule, dtype: torch.dtype) -> int:
    """Return how many replicas to train together."""
    return TOGETHER


def make_stepper(
    network: OwnModule,
    parameters: Parameters,
    *,
    learning_rate: float,
    batch_size: int,
    compiled: bool = False,
) -> "ModuleSGD":
    """Return SGD on a network; arguments as `two_layer.make_stepper`."""
    return ModuleSGD(network, parameters, learning_rate, batch_size)


class ModuleSGD(Stepwise):
    """SGD on a block of replicas of a user's own network; see `engine.Stepper`.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked initial parameters; they are copied.
    learning_rate, batch_size
        η and |B|.
    """

    def __init__(
        self, network: OwnModule, parameters: Parameters, learning_rate: float, batch_size: int
    ):
        super().__init__(parameters, learning_rate, batch_size)
        self._network, self._learning_rate = network, learning_rate

    def _step(self, state: Parameters, x: Tensor, y: Tensor) -> None:
        gradient = self._network.gradient(state, x, y)
        for name, value in state.items():
            value.sub_(gradient[name], alpha=self._learning_rate)
