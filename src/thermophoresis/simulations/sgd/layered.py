"""SGD steps of chains of layers, written out by hand for many replicas at once."""

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.simulations.stepwise import Stepwise

# The products of these networks take the time; compiling does not make them faster.
COMPILES = False

# More replicas share out the cost of calling torch; fewer stay in cache (benchmarks/engine.py).
BLOCK_REPLICAS = 64
BLOCK_REPLICAS_OF_IMAGES = 16


def block_replicas(network: Layered, dtype: torch.dtype) -> int:
    """Return how many replicas to train together."""
    has_images = any(isinstance(layer, Convolution) for layer in network.layers)
    return BLOCK_REPLICAS_OF_IMAGES if has_images else BLOCK_REPLICAS


def make_stepper(
    network: Layered,
    parameters: Parameters,
    *,
    learning_rate: float,
    batch_size: int,
    compiled: bool = False,
) -> "LayeredSGD":
    """Return SGD on a network; arguments as `two_layer.make_stepper`."""
    return LayeredSGD(network, parameters, learning_rate, batch_size, compiled)


class LayeredSGD(Stepwise):
    """SGD on a block of replicas of a layered network; see `engine.Stepper`.

    What a replica does depends on its neighbours at most by rounding: where the matrices of a
    linear layer do not fill whole cache lines, or an image has shrunk to one pixel, the last bit of
    a product depends on where they lie. In the paper's networks no bit depends on them.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked initial parameters; they are copied.
    learning_rate, batch_size
        η and |B|.
    compiled
        Has no effect, see `COMPILES`.
    """

    def __init__(
        self,
        network: Layered,
        parameters: Parameters,
        learning_rate: float,
        batch_size: int,
        compiled: bool = False,
    ):
        super().__init__(parameters, learning_rate, batch_size)
        self._network = network

    def _step(self, state: Parameters, x: Tensor, y: Tensor) -> None:
        layers = self._network.layers
        inputs, logits = self._network.activations(state, x)
        delta = self._network.residual(logits, y)
        for number in range(len(layers), 0, -1):
            layer, a, delta = layers[number - 1].plain(inputs[number - 1], delta)
            weight, bias = state[f"W{number}"], state.get(f"b{number}")
            if isinstance(layer, Linear):
                # The gradient below needs the weights before they are updated.
                below = layer.backward(a, weight, delta) if number > 1 else None
                layer.descend(a, weight, bias, delta, self._rate)
            else:
                below = layer.backward_and_descend(
                    a, weight, bias, delta, self._rate, need_input=number > 1
                )
            if below is not None:
                below = layers[number - 1].pull(inputs[number - 1], below)
                delta = below.mul_(self._network.slope(inputs, number - 1))
