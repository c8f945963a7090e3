"""Replicas that make one step after the other, each a function of their state and one batch."""

from torch import Tensor

from thermophoresis.networks.lanes import at_least_two
from thermophoresis.networks.network import Parameters


class Stepwise:
    """A block of replicas that makes one step after the other; see `engine.Stepper`.

    Parameters
    ----------
    parameters
        Stacked initial parameters; they are copied.
    learning_rate, batch_size
        η and |B|.
    """

    group_steps = 1

    def __init__(self, parameters: Parameters, learning_rate: float, batch_size: int):
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
        """Change a state by one step on a batch."""
        raise NotImplementedError
