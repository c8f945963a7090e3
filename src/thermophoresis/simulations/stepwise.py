"""Replicas that make one step after the other, each a function of their state and one batch."""

from collections.abc import Sequence

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

    def __init__(self, parameters: Parameters, learning_rate: float, batch_size: int):
        self._replicas = len(next(iter(parameters.values())))
        self._state = {name: at_least_two(value).clone() for name, value in parameters.items()}
        self._rate = -learning_rate / batch_size

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps; see `engine.Stepper.load`."""
        parts = (at_least_two(it).split(list(sizes), 1) for it in (x, y))  # type: ignore[no-untyped-call]
        self._batches = list(zip(*parts, strict=True))

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        for x, y in self._batches[start:stop]:
            self._step(self._state, x, y)

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return {name: value[: self._replicas].clone() for name, value in self._state.items()}

    def _step(self, state: Parameters, x: Tensor, y: Tensor) -> None:
        """Change a state by one step on a batch."""
        raise NotImplementedError
