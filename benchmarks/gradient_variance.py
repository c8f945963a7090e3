"""Times the gradient variance against per-sample gradients from torch.func, and its memory.

torch.func: vmap(grad) makes the gradient of every sample, then the variance is taken. Ours: all
observables of a layered network, the gradient variance in closed form among them. Both in float64
on the networks of the paper's Figs. 2 and 11 to 14, one replica, one core. Every measurement is a
process of its own, in turn; its memory is how far its resident size rises (Linux with glibc).

    uv run python benchmarks/gradient_variance.py [--samples 256] [--rounds 5]
"""

import argparse
import ctypes
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torch.func import functional_call, grad, vmap

from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.observables.load import observe

HIDDEN_LAYERS = 5
CHANNELS, KERNEL, SIZE = 10, 5, 28
CLASSES = 10
REPEATS = 3  # of which the median counts, in a process

NETWORKS = ("mlp6", "cnn6", "two_layer")
WAYS = ("torch.func", "ours")


def layered(name: str) -> tuple[Layered, tuple[int, ...]]:
    """Return the network and the shape of its inputs."""
    if name == "mlp6":
        widths = [100] * (HIDDEN_LAYERS + 1) + [1]
        return Layered(tuple(Linear(*pair) for pair in itertools.pairwise(widths))), (100,)
    if name == "two_layer":  # of Figs. 11 to 14
        return Layered((Linear(3072, 300), Linear(300, CLASSES, bias=False)), CLASSES), (3072,)
    channels = [1] + [CHANNELS] * HIDDEN_LAYERS
    left = SIZE - HIDDEN_LAYERS * (KERNEL - 1)
    convolutions = [Convolution(*pair, KERNEL) for pair in itertools.pairwise(channels)]
    layers = (*convolutions, Linear(CHANNELS * left**2, CLASSES))
    return Layered(layers, CLASSES), (1, SIZE, SIZE)


def module_of(network: Layered) -> nn.Module:
    """Return the network from torch's own layers."""
    steps = []
    for layer in network.layers:
        if isinstance(layer, Linear):
            steps += [nn.Flatten(), nn.Linear(layer.inputs, layer.outputs, bias=layer.bias)]
        else:
            steps += [nn.Conv2d(layer.inputs, layer.outputs, layer.kernel)]
        steps += [nn.ReLU()]
    return nn.Sequential(*steps[:-1]).double()


def contestant(name: str, way: str) -> Callable[[int], float]:
    """Return a function of the number of samples that computes the gradient variance."""
    network, shape = layered(name)
    parameters = network.initialise([generator(0, 0, Purpose.INITIALISATION)], torch.float64)
    module = module_of(network)
    weights = {
        key: value[0]
        for (key, _), value in zip(module.named_parameters(), parameters.values(), strict=True)
    }

    def loss(weights: dict, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        output = functional_call(module, weights, (x[None],))
        if network.classes is None:
            return nn.functional.binary_cross_entropy_with_logits(output[0, 0], y)
        return nn.functional.cross_entropy(output, y[None])

    def run(samples: int) -> float:
        draw = torch.Generator().manual_seed(0)
        x = torch.randn(samples, *shape, generator=draw, dtype=torch.float64)
        y = torch.randint(network.classes or 2, (samples,), generator=draw)
        y = y if network.classes else y.double()
        if way == "ours":
            with torch.no_grad():
                name = "gradient_variance"
                return observe([name], network, parameters, x[None], y[None])[name].item()
        gradients = vmap(grad(loss), in_dims=(None, 0, 0))(weights, x, y)
        total = sum(value.var(0).sum() for value in gradients.values())
        return (total / network.parameter_count).item()

    return run


def resident(which: str) -> int:
    """Return the resident size of this process in KiB: the present ``VmRSS`` or peak ``VmHWM``."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which))


def measure(name: str, way: str, samples: int) -> None:
    """Print the gradient variance, seconds and MiB of one contestant in this process."""
    torch.set_num_threads(1)
    run = contestant(name, way)
    run(2)  # loads what is loaded on first use
    ctypes.CDLL(None).malloc_trim(0)  # what is free but resident would hide what is taken
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak
    before = resident("VmRSS")
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        value = run(samples)
        seconds.append(time.perf_counter() - start)
    grown = resident("VmHWM") - before
    print(repr(value), statistics.median(seconds), grown / 1024)


def compare(samples: int, count: int) -> None:
    """Print time and memory of both ways, for both networks."""
    print(f"{samples} samples, one replica, one core: median (range) of {count} processes")
    for name in NETWORKS:
        found = {way: [] for way in WAYS}
        for _ in range(count):
            for way in WAYS:
                command = [sys.executable, __file__, "--samples", str(samples)]
                command += ["--measure", name, way]
                output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                found[way].append([float(word) for word in output.split()])
        medians = {}
        for way in WAYS:
            values, seconds, memory = zip(*found[way], strict=True)
            medians[way] = [statistics.median(column) for column in (values, seconds, memory)]
            print(
                f"{name} {way:10s}: {1e3 * medians[way][1]:7.1f} ms "
                f"({1e3 * min(seconds):.1f} to {1e3 * max(seconds):.1f}), "
                f"{medians[way][2]:6.1f} MiB ({min(memory):.1f} to {max(memory):.1f})"
            )
        value, seconds, memory = (
            theirs / own for theirs, own in zip(*(medians[way] for way in WAYS), strict=True)
        )
        print(
            f"{name}: torch.func takes {seconds:.1f} times as long and {memory:.1f} times the "
            f"memory; the variances differ by {abs(value - 1):.0e}\n",
            flush=True,
        )


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=256, help="probe samples (default 256)")
    parser.add_argument("--rounds", type=int, default=5, help="processes of each (default 5)")
    parser.add_argument("--measure", nargs=2, metavar=("NETWORK", "WAY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure, options.samples)
    else:
        compare(options.samples, options.rounds)


if __name__ == "__main__":
    main()
