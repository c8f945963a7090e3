"""The general steps on a GPU, several as one CUDA graph.

A step of `general` is made of tens of small operations, each of which takes the CPU longer to
start than a GPU to carry out. A graph records them once, with the memory that they use, and starts
them all at once. What a graph cannot hold (a network that asks for a value on the way) is made
operation by operation.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.network import Network
from thermophoresis.simulations.sgd.general import GeneralSGD, Gradient
from thermophoresis.simulations.sgd.gpu.memory import fitting
from thermophoresis.simulations.state import part

# Steps of one graph: samples and rates are copied to where it reads them once for all of these.
STEPS = 8

# Steps made before they are recorded: libraries choose how they work, and take their memory.
WARM_UP = 3


# Numbers that a replica needs for each parameter, and for each that a sample makes: gradients,
# copies, what is made on the way. They err on the side of smaller blocks.
OF_PARAMETER, OF_SAMPLE = 8, 64
PIXELS = 1000  # of an image, about as many as those of the paper have


def covers(network: Network, dynamics: SGD) -> bool:
    """Whether it can make the steps of a network: of any."""
    return True


def name(network: Network) -> str:
    """Return what files say of how steps were made."""
    return "general, as a CUDA graph where it can be one"


def replica_last(network: Network) -> bool:
    """Whether it wants samples with the replica last in memory."""
    return False


def block_replicas(network: Network, dtype: torch.dtype, batch_size: int) -> int:
    """Return how many replicas to train together."""
    outputs = [
        layer.outputs * (PIXELS if layer.weight_shape[2:] else 1)
        for layer in getattr(network, "layers", ())
    ]
    # What a user's own network makes of a sample is not known.
    of_sample = sum(outputs) if outputs else network.parameter_count
    numbers = OF_PARAMETER * network.parameter_count + OF_SAMPLE * batch_size * of_sample
    return fitting(numbers, dtype)


def make_stepper(
    network: Network,
    state: Mapping[str, Tensor],
    *,
    dynamics: SGD,
    rate: Callable[[int], float],
    batch_size: int,
    training_set: tuple[Tensor, Tensor] | None = None,
) -> "GraphSGD":
    """Return SGD on a block of replicas; see `steppers.Steppers`."""
    return GraphSGD(
        network.gradient, state, dynamics=dynamics, rate=rate, training_set=training_set
    )


class Recorded(NamedTuple):
    """Some steps that can be made again.

    Attributes
    ----------
    replay
        Makes them.
    x, y, rates
        Where their samples and learning rates are read.
    """

    replay: Callable[[], None]
    x: Tensor
    y: Tensor
    rates: Tensor


class GraphSGD(GeneralSGD):
    """SGD on a block of replicas; arguments as of `general.GeneralSGD`.

    Attributes
    ----------
    refused
        Why no graph can be made, in one line; empty where there is one, or none was tried.
    """

    def __init__(
        self,
        gradient: Gradient,
        state: Mapping[str, Tensor],
        *,
        dynamics: SGD,
        rate: Callable[[int], float],
        training_set: tuple[Tensor, Tensor] | None = None,
    ):
        super().__init__(gradient, state, dynamics=dynamics, rate=rate, training_set=training_set)
        if dynamics.momentum:
            # Also before the first step, whose buffer is the gradient added to these zeros.
            for name, value in self._parameters.items():
                if name not in dynamics.freeze:
                    self._momentum.setdefault(name, torch.zeros_like(value))
        self._graphs: dict[tuple[int, int], Recorded] = {}
        self.refused = ""

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps; see `engine.Stepper.load`."""
        self._x, self._y, self._sizes = x, y, list(sizes)
        self._ends = [0, *accumulate(sizes)]

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        while start < stop:
            alike = set(self._sizes[start : start + STEPS]) == {self._sizes[start]}
            count = STEPS if stop - start >= STEPS and alike else 1
            samples = slice(self._ends[start], self._ends[start + count])
            self._make(self._x[:, samples], self._y[:, samples], count)
            start += count

    def _make(self, x: Tensor, y: Tensor, count: int) -> None:
        """Make steps of batches of one size."""
        if not (graph := self._graph(x, y, count)):
            for x_one, y_one in zip(x.chunk(count, 1), y.chunk(count, 1), strict=True):
                self._step(x_one, y_one)
            return
        rates = [self._rate(self._steps + step) for step in range(count)]
        graph.x.copy_(x)
        graph.y.copy_(y)
        graph.rates.copy_(torch.tensor(rates, dtype=torch.float64), non_blocking=True)
        graph.replay()
        self._steps += count

    def _graph(self, x: Tensor, y: Tensor, count: int) -> Recorded | None:
        """Return the graph of a number of steps with samples shaped as these."""
        key = count, x.shape[1]
        if key not in self._graphs and not self.refused:
            held = self.state()
            try:
                self._graphs[key] = self._record(x, y, count)
            except RuntimeError as error:  # as torch raises whatever a graph cannot hold
                self.refused = str(error).partition("\n")[0]
            # The steps made on the way are none of the run's.
            for name, value in part(held, "parameters").items():
                self._parameters[name].copy_(value)
            for name, value in part(held, "momentum").items():
                self._momentum[name].copy_(value)
        return self._graphs.get(key)

    def _record(self, x: Tensor, y: Tensor, count: int) -> Recorded:
        """Make steps to have them recorded."""
        x, y = x.clone(), y.clone()
        rates = torch.zeros(count, dtype=torch.float64, device=x.device)

        def steps() -> None:
            of_run, made = self._rate, self._steps
            for step, batch in enumerate(zip(x.chunk(count, 1), y.chunk(count, 1), strict=True)):
                self._rate = lambda _, step=step: rates[step]  # type: ignore[assignment, misc]  # a number on the GPU
                self._step(*batch)
            self._rate, self._steps = of_run, made

        return Recorded(recorded(steps), x, y, rates)


def recorded(steps: Callable[[], None]) -> Callable[[], None]:
    """Return what makes some steps again, on the same memory, as one CUDA graph.

    Raises
    ------
    RuntimeError
        They do what a graph cannot hold.
    """
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UP):
            steps()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        steps()
    return graph.replay
