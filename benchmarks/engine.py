"""Times the engine against the loop that everybody writes.

The loop: nn.Linear, BCEWithLogitsLoss and optim.SGD, one network at a time. The engine: the same
SGD for many replicas at once. Both draw their samples as they go and run on one core, in turn, in
one process; the first round of each is not counted. Prints steps per second (of one replica) as
median and range over the rounds, and the ratio of medians.

    uv run python benchmarks/engine.py [--rounds 5] [--compiled] [--steppers]
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable

import torch

from thermophoresis.data import gaussian
from thermophoresis.data.streams import Purpose, SampleStream, generator
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.networks.two_layer_sgd import DeferredUpdate, ReplicaLast
from thermophoresis.sgd import train_block

RATE = 0.05
SECONDS = 1.0  # what a round of the engine should take, about


def plain_loop(network: TwoLayer, steps: int = 2000) -> float:
    """Return the steps per second of a plain PyTorch training loop."""
    first = torch.nn.Linear(network.inputs, network.hidden)
    second = torch.nn.Linear(network.hidden, 1, bias=False)
    module = torch.nn.Sequential(first, torch.nn.ReLU(), second)
    optimiser = torch.optim.SGD(module.parameters(), lr=RATE)
    loss = torch.nn.BCEWithLogitsLoss()
    start = time.perf_counter()
    for _ in range(steps):
        x = torch.randn(1, network.inputs)
        y = torch.randint(0, 2, (1, 1)).float()
        optimiser.zero_grad()
        loss(module(x), y).backward()
        optimiser.step()
    return steps / (time.perf_counter() - start)


def engine(
    network: TwoLayer, replicas: int, steps: int, *, stepper: type | None = None, compiled=False
) -> float:
    """Return the replica-steps per second of the engine, all blocks of replicas together."""
    width = network.block_replicas(torch.float32)
    seconds = 0.0
    for begin in range(0, replicas, width):
        block = range(begin, min(begin + width, replicas))
        initial = network.initialise(
            [generator(0, replica, Purpose.INITIALISATION) for replica in block]
        )
        stream = SampleStream(gaussian, seed=0, replicas=block, inputs=network.inputs)
        made = (
            stepper(initial, RATE, 1, compiled)
            if stepper
            else network.make_stepper(initial, learning_rate=RATE, batch_size=1, compiled=compiled)
        )
        start = time.perf_counter()
        train_block(made, stream, batch_size=1, steps=steps)
        seconds += time.perf_counter() - start
    return replicas * steps / seconds


def engine_steps(network: TwoLayer, replicas: int, **options) -> int:
    """Return how many steps the engine makes in about `SECONDS`, in whole groups."""
    engine(network, replicas, 64, **options)
    rate = engine(network, replicas, 64, **options) / replicas
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
    print("\nthousand steps per second of one replica: median (range); ratio of medians")
    for size, replicas, target in ((10, 1024, 1000), (10, 256, None), (100, 64, 50)):
        network = TwoLayer(size, size)
        steps = engine_steps(network, replicas, compiled=compiled)
        loop, fast = rounds(
            count,
            lambda network=network: plain_loop(network),
            lambda network=network, replicas=replicas, steps=steps: engine(
                network, replicas, steps, compiled=compiled
            ),
        )
        ratio = statistics.median(fast) / statistics.median(loop)
        wanted = f" (target {target:,})" if target else ""
        print(
            f"M = N = {size:3d}, {replicas:4d} replicas: loop {describe(loop)}, "
            f"engine {describe(fast)}, ratio {ratio:,.0f}{wanted}",
            flush=True,
        )


def compare_steppers(count: int, compiled: bool) -> None:
    """Print both steppers at several sizes: where one overtakes the other."""
    print("\nthousand replica-steps per second with 128 replicas: median (range)")
    for size in (10, 16, 24, 32, 48, 64, 100):
        network = TwoLayer(size, size)
        contestants = []
        for stepper in (ReplicaLast, DeferredUpdate):
            options = {"stepper": stepper, "compiled": compiled}
            steps = engine_steps(network, 128, **options)
            contestants.append(
                lambda network=network, steps=steps, options=options: engine(
                    network, 128, steps, **options
                )
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
