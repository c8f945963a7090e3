"""Measures the Gram matrix of single-sample gradients against what torch.func makes of them.

The alternative is what one would write: `vmap(grad)` for the gradients of all samples, and their
products. Both are in float64 and agree to 1e-9 before they are timed; rounds alternate in one
process, with one thread, and time is processor time. Where the gradients take more than a gigabyte,
those of some samples are made and multiplied, and the time is extrapolated. Last, a process of its
own measures the spectrum of 5,000 samples and 100,000 parameters, for time and memory. Prints a
table.

    uv run python benchmarks/noise_spectrum.py [--rounds 5] [--no-large]
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import grad, vmap

from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.measurements.gram import factors, gram
from thermophoresis.measurements.noise_spectrum import covariance
from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.pooling import Pooled

MOST_NUMBERS = 2**27  # of gradients at a time
BLOCK = 250  # samples of which they are made where all are too many


class Case(NamedTuple):
    """A network and a number of samples."""

    network: Layered
    shape: tuple[int, ...]
    samples: int

    @property
    def is_large(self) -> bool:
        """Whether the gradients of all samples take more than a gigabyte."""
        return self.samples * self.network.parameter_count > MOST_NUMBERS


Drawn = tuple[Layered, Parameters, Tensor, Tensor]

CNN = (Convolution(1, 8, 3), Pooled(Convolution(8, 16, 3), "max", 2), Linear(16 * 4 * 4, 10))
CASES = {
    "49-15-10": Case(Layered((Linear(49, 15), Linear(15, 10)), 10), (49,), 1000),
    "784-32-10": Case(Layered((Linear(784, 32), Linear(32, 10)), 10), (784,), 1000),
    "convolutions of 8 and 16 channels, 14×14": Case(Layered(CNN, 10), (1, 14, 14), 500),
    "784-126-10": Case(Layered((Linear(784, 126), Linear(126, 10)), 10), (784,), 5000),
}
LARGE = "784-126-10"


def draw(case: Case) -> Drawn:
    """Return initial parameters and random samples of a case."""
    stream = torch.Generator().manual_seed(0)
    parameters = case.network.initialise([generator(0, 0, Purpose.INITIALISATION)], torch.float64)
    x = torch.randn(case.samples, *case.shape, generator=stream, dtype=torch.float64)
    y = torch.randint(case.network.classes or 2, (case.samples,), generator=stream)
    return case.network, parameters, x, y


def by_func(network: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
    """Return the Gram matrix from gradients of single samples by torch.func."""
    own = {name: value[0] for name, value in parameters.items()}

    def loss(at: Parameters, x: Tensor, y: Tensor) -> Tensor:
        outputs = logits(network, at, x[None])
        return torch.nn.functional.cross_entropy(outputs, y[None])

    found = vmap(grad(loss), in_dims=(None, 0, 0))(own, x, y)
    gradients = torch.cat([it.flatten(1) for it in found.values()], 1)
    return gradients @ gradients.T


def seconds(call: Callable[[], object]) -> float:
    """Return the processor time of a call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def seconds_by_func(case: Case, drawn: Drawn) -> float:
    """Return the processor time of the alternative; extrapolated where gradients are too many."""
    network, parameters, x, y = drawn
    if not case.is_large:
        return seconds(lambda: by_func(*drawn))
    block = seconds(lambda: by_func(network, parameters, x[:BLOCK], y[:BLOCK]))
    made = torch.randn(BLOCK, network.parameter_count, dtype=torch.float64)
    product = seconds(lambda: made @ made.T)
    # Gradients of every block once, and products of half of the pairs of blocks.
    blocks = case.samples / BLOCK
    return max(block - product, 0.0) * blocks + product * blocks * (blocks + 1) / 2


def measure(case: Case, rounds: int) -> dict[str, list[float]]:
    """Return processor times of both, in alternation, of the whole number of samples."""
    network, parameters, x, y = drawn = draw(case)
    some = slice(BLOCK) if case.is_large else slice(None)
    part = (network, parameters, x[some], y[some])
    torch.testing.assert_close(gram(factors(*part)), by_func(*part), rtol=1e-9, atol=1e-12)
    found: dict[str, list[float]] = {"ours": [], "torch.func": []}
    for _ in range(rounds):
        found["ours"].append(seconds(lambda: gram(factors(*drawn))))
        found["torch.func"].append(seconds_by_func(case, drawn))
    return found


def most_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (it for it in status.splitlines() if it.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def large() -> None:
    """Measure a whole spectrum with its leading eigenvectors, and print seconds and megabytes."""
    before = most_memory()
    network, parameters, x, y = draw(CASES[LARGE])
    start = torch.randn(len(x), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    spent = seconds(lambda: covariance(network, parameters, x, y, start, 10))
    print(spent, most_memory(), before)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-large", action="store_true", help="without the largest case")
    parser.add_argument("--large-alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.large_alone:
        large()
        return
    print("| network | d | N | Gram matrix, s | torch.func, s | faster by |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, case in CASES.items():
        if name == LARGE and options.no_large:
            continue
        rounds = options.rounds if name != LARGE else min(options.rounds, 2)
        found = measure(case, rounds)
        words = [
            f"{statistics.median(it):.3g} ({min(it):.3g} to {max(it):.3g})" for it in found.values()
        ]
        ratios = [
            other / own for own, other in zip(found["ours"], found["torch.func"], strict=True)
        ]
        size = f"{case.network.parameter_count:,} | {case.samples:,}"
        print(f"| {name} | {size} | {' | '.join(words)} | {statistics.median(ratios):.3g} × |")
    if not options.no_large:
        command = [sys.executable, __file__, "--large-alone"]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        spent, peak, before = map(float, told.split())
        print(
            f"\nThe whole spectrum of {LARGE}: {spent:.3g} s; at most {peak:,.0f} MB, of which "
            f"{before:,.0f} MB are imports."
        )


if __name__ == "__main__":
    main()
