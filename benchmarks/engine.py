"""Times the engine against the loop that everybody writes.

The loop: torch's layers, its loss and optim.SGD, one network at a time. The engine: the same SGD
for many replicas at once. Both draw their samples as they go and run on one core, in turn, in one
process; the first round of each is not counted. Prints steps per second (of one replica) as median
and range over the rounds, and the ratio of medians.

    uv run python benchmarks/engine.py [--rounds 5] [--compiled] [--steppers]
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from thermophoresis.simulations.sgd.two_layer import DeferredUpdate, ReplicaLast
from torch import nn

from thermophoresis.config.networks.cnn6 import CNN6Network
from thermophoresis.config.networks.mlp6 import MLP6Network
from thermophoresis.data import gaussian
from thermophoresis.data.samples import SampleStream
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.load import build
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd.engine import train_block
from thermophoresis.simulations.sgd.steppers import steppers_of

RATE = 0.01
SECONDS = 1.0  # what a round should take, about


class Case(NamedTuple):
    """A network to train, and how much faster the engine has to be."""

    name: str
    network: TwoLayer | Layered
    sample_shape: tuple[int, ...]
    replicas: int
    target: int | None = None


CASES = (
    Case("two layers, M = N = 10", TwoLayer(10, 10), (10,), 1024, target=1000),
    Case("two layers, M = N = 10", TwoLayer(10, 10), (10,), 256),
    Case("two layers, M = N = 100", TwoLayer(100, 100), (100,), 64, target=50),
    Case(
        "mlp6, 100 wide",
        build(MLP6Network(kind="mlp6").expanded, (100,), None),
        (100,),
        32,
        target=5,
    ),
    Case(
        "cnn6, 28 × 28",
        build(CNN6Network(kind="cnn6").expanded, (1, 28, 28), 10),
        (1, 28, 28),
        16,
        target=2,
    ),
)


class RandomImages:
    """Noise in the shape of images, with labels: a stream for networks that classify."""

    def __init__(self, replicas: range, shape: tuple[int, ...], classes: int):
        self._size, self._classes = (len(replicas), *shape), classes
        self.bytes_per_sample = torch.Size(self._size).numel() * 4

    def take(self, samples: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Draw the next samples."""
        replicas, *shape = self._size
        x = torch.randn(replicas, samples, *shape)
        return x, torch.randint(self._classes, (replicas, samples))


def plain_module(network: TwoLayer | Layered) -> nn.Module:
    """Return one network made of torch's layers."""
    if isinstance(network, TwoLayer):
        first = nn.Linear(network.inputs, network.hidden)
        return nn.Sequential(first, nn.ReLU(), nn.Linear(network.hidden, 1, bias=False))
    layers: list[nn.Module] = []
    for layer in network.layers:
        if isinstance(layer, Linear):
            layers += [nn.Flatten(), nn.Linear(layer.inputs, layer.outputs), nn.ReLU()]
        else:
            layers += [nn.Conv2d(layer.inputs, layer.outputs, layer.kernel), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def plain_loop(case: Case) -> float:
    """Return the steps per second of a plain PyTorch training loop."""
    classes = getattr(case.network, "classes", None)
    module = plain_module(case.network)
    optimiser = torch.optim.SGD(module.parameters(), lr=RATE)
    loss = nn.CrossEntropyLoss() if classes else nn.BCEWithLogitsLoss()
    start, steps = time.perf_counter(), 0
    while time.perf_counter() < start + SECONDS:
        x = torch.randn(1, *case.sample_shape)
        y = torch.randint(classes, (1,)) if classes else torch.randint(0, 2, (1, 1)).float()
        optimiser.zero_grad()
        loss(module(x), y).backward()
        optimiser.step()
        steps += 1
    return steps / (time.perf_counter() - start)


def engine(case: Case, steps: int, *, stepper: type | None = None, compiled=False) -> float:
    """Return the replica-steps per second of the engine, all blocks of replicas together."""
    network, replicas = case.network, case.replicas
    classes = getattr(network, "classes", None)
    steppers = steppers_of(network)
    width = steppers.block_replicas(network, torch.float32)
    seconds = 0.0
    for begin in range(0, replicas, width):
        block = range(begin, min(begin + width, replicas))
        initial = network.initialise(
            [generator(0, replica, Purpose.INITIALISATION) for replica in block]
        )
        stream = (
            RandomImages(block, case.sample_shape, classes)
            if classes
            else SampleStream(gaussian, seed=0, replicas=block, inputs=case.sample_shape[0])
        )
        made = (
            stepper(initial, RATE, 1, compiled)
            if stepper
            else steppers.make_stepper(
                network, initial, learning_rate=RATE, batch_size=1, compiled=compiled
            )
        )
        start = time.perf_counter()
        train_block(made, stream, batch_size=1, steps=steps)
        seconds += time.perf_counter() - start
    return replicas * steps / seconds


def engine_steps(case: Case, **options) -> int:
    """Return how many steps the engine makes in about `SECONDS`, in whole groups."""
    engine(case, 64, **options)
    rate = engine(case, 64, **options) / case.replicas
    return max(64, round(SECONDS * rate / 64) * 64)


def rounds(count: int, *contestants: Callable[[], float]) -> list[list[float]]:
    """Run the contestants in turn; return what each measured, the first round left out."""
    measured = [[contestant() for contestant in contestants] for _ in range(count + 1)]
    return [list(column) for column in zip(*measured[1:], strict=True)]


def describe(values: list[float]) -> str:
    """Return median and range in thousands."""
    low, middle, high = (
        value / 1e3 for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle:9,.1f} ({low:,.1f} to {high:,.1f})"


def compare(count: int, compiled: bool) -> None:
    """Print the engine beside the plain loop, at the sizes of the paper's experiments."""
    print("\nthousand steps per second of one replica, |B| = 1: median (range); ratio of medians")
    for case in CASES:
        steps = engine_steps(case, compiled=compiled)
        loop, fast = rounds(
            count,
            lambda case=case: plain_loop(case),
            lambda case=case, steps=steps: engine(case, steps, compiled=compiled),
        )
        ratio = statistics.median(fast) / statistics.median(loop)
        wanted = f" (target {case.target:,})" if case.target else ""
        print(
            f"{case.name}, {case.replicas} replicas: loop {describe(loop)}, "
            f"engine {describe(fast)}, ratio {ratio:,.1f}{wanted}",
            flush=True,
        )


def compare_steppers(count: int, compiled: bool) -> None:
    """Print both steppers at several sizes: where one overtakes the other."""
    print("\nthousand replica-steps per second with 128 replicas: median (range)")
    for size in (10, 16, 24, 32, 48, 64, 100):
        case = Case("", TwoLayer(size, size), (size,), 128)
        contestants = []
        for stepper in (ReplicaLast, DeferredUpdate):
            options = {"stepper": stepper, "compiled": compiled}
            steps = engine_steps(case, **options)
            contestants.append(
                lambda case=case, steps=steps, options=options: engine(case, steps, **options)
            )
        last, deferred = rounds(count, *contestants)
        print(
            f"M = N = {size:3d}: replica last {describe(last)}, "
            f"deferred update {describe(deferred)}",
            flush=True,
        )


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds (default 5)")
    parser.add_argument("--compiled", action="store_true", help="through torch.compile")
    parser.add_argument("--steppers", action="store_true", help="compare the two steppers as well")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"Python {platform.python_version()}, torch {torch.__version__}, one core of:")
    print(
        torch.__config__.show().splitlines()[1].strip(),
        f"({torch.backends.cpu.get_cpu_capability()})",
    )
    compare(options.rounds, options.compiled)
    if options.steppers:
        compare_steppers(options.rounds, options.compiled)


if __name__ == "__main__":
    main()
