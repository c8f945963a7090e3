"""SGD steps of chains of layers, written out by hand for many replicas at once."""

import torch
from torch import Tensor

from thermophoresis.networks.lanes import at_least_two
from thermophoresis.networks.layered import Convolution, Layered, Linear
from thermophoresis.networks.network import Parameters

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


class LayeredSGD:
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

    group_steps = 1

    def __init__(
        self,
        network: Layered,
        parameters: Parameters,
        learning_rate: float,
        batch_size: int,
        compiled: bool = False,
    ):
        self._network = network
        self._replicas = len(next(iter(parameters.values())))
        self._state = {name: at_least_two(value).clone() for name, value in parameters.items()}
        self._rate = -learning_rate / batch_size
        self._batch_size = batch_size

    def load(self, x: Tensor, y: Tensor) -> None:
        """Take the samples of the next steps: x (replica, sample, …) and y (replica, sample)."""
        self._x, self._y = at_least_two(x), at_least_two(y)

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        self._advance_state(self._state, start, stop)

    def peek(self, start: int, stop: int) -> Parameters:
        """Return stacked parameters as they are after those steps, which are not made."""
        state = {name: value.clone() for name, value in self._state.items()}
        self._advance_state(state, start, stop)
        return {name: value[: self._replicas] for name, value in state.items()}

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return {name: value[: self._replicas].clone() for name, value in self._state.items()}

    def _advance_state(self, state: Parameters, start: int, stop: int) -> None:
        for step in range(start, stop):
            batch = slice(step * self._batch_size, (step + 1) * self._batch_size)
            self._step(state, self._x[:, batch], self._y[:, batch])

    def _step(self, state: Parameters, x: Tensor, y: Tensor) -> None:
        layers = self._network.layers
        inputs, logits = self._network.activations(state, x)
        delta = self._network.residual(logits, y)
        for number in range(len(layers), 0, -1):
            layer, a = layers[number - 1], inputs[number - 1]
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
                delta = below.mul_(self._network.sigma.slope(a))
