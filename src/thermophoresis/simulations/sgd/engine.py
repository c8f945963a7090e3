"""The training engine: stochastic gradient descent on many replicas at once.

The engine owns the order of things (blocks of replicas, blocks of draws, groups of steps, records);
how a step is computed belongs to the network (`thermophoresis.networks`), what is recorded to the
caller.
"""

import bisect
import os
import shutil
from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor

from thermophoresis.errors import UserError

# Samples are drawn about this many bytes at a time: enough to amortise the call for each replica,
# little enough to stay in the last-level cache until they are used.
DRAW_BYTES = 2**23

# Compiling takes about 20 s on first use and 3 s from its cache afterwards, and makes a step up to
# three times as fast (benchmarks/engine.py). An eager step of a block takes about 0.1 ms, so that
# compiling starts to pay after a few hundred thousand of them.
COMPILE_AFTER_STEPS = 500_000


class Stepper(Protocol):
    """SGD on one block of replicas; see `thermophoresis.simulations.sgd.two_layer`."""

    group_steps: int

    def load(self, x: Tensor, y: Tensor) -> None:
        """Take the samples of the next steps."""

    def advance(self, start: int, stop: int) -> None:
        """Make steps of the loaded samples."""

    def peek(self, start: int, stop: int) -> dict[str, Tensor]:
        """Return the parameters after steps that are not made."""

    def parameters(self) -> dict[str, Tensor]:
        """Return a copy of the stacked parameters."""


class Stream(Protocol):
    """Training samples of a block of replicas; see `thermophoresis.data.samples`."""

    bytes_per_sample: int

    def take(self, samples: int) -> tuple[Tensor, Tensor]:
        """Draw the next samples of every replica."""


def choose_device(name: str) -> torch.device:
    """Turn ``auto``, ``cpu`` or ``cuda`` into a device.

    Raises
    ------
    UserError
        A GPU is asked for and there is none.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise UserError(
            "device: got 'cuda', but torch finds no CUDA device here; set device to 'auto' or 'cpu'"
        )
    return torch.device(name)


def model_of(device: torch.device) -> str:
    """Return what is known of the hardware behind a device: ``cpu``, or ``cuda`` and its name."""
    if device.type == "cpu":
        return "cpu"
    return f"{device.type} ({torch.cuda.get_device_name(device)})"


def has_compiler() -> bool:
    """Whether ``torch.compile`` finds the C++ compiler that it needs."""
    return shutil.which(os.environ.get("CXX", "g++")) is not None


def choose_compiled(mode: str, block_steps: int) -> bool:
    """Decide whether to compile: ``always``, ``never``, or ``auto`` for runs where it pays.

    Parameters
    ----------
    mode
        The setting.
    block_steps
        Number of steps times number of blocks of replicas.

    Raises
    ------
    UserError
        ``always`` on a machine without a C++ compiler.
    """
    if mode == "always" and not has_compiler():
        raise UserError(
            "compile: got 'always', but there is no C++ compiler here (g++, or the one named by "
            "the environment variable CXX); set compile to 'auto' or 'never'"
        )
    return mode == "always" or (
        mode == "auto" and block_steps >= COMPILE_AFTER_STEPS and has_compiler()
    )


@torch.no_grad()
def train_block(
    stepper: Stepper,
    stream: Stream,
    *,
    batch_size: int | Callable[[int], int],
    steps: int,
    start: int = 0,
    record_steps: Sequence[int] = (),
    record: Callable[[int, dict[str, Tensor]], None] = lambda index, parameters: None,
    device: torch.device | str = "cpu",
    before_draw: Callable[[int], None] = lambda step: None,
) -> dict[str, Tensor]:
    """Train one block of replicas.

    Parameters
    ----------
    stepper
        Holds the initial parameters and makes the steps.
    stream
        Where samples come from.
    batch_size
        Samples in a step, |B|: one number, or a function of the steps made before it. Then draws
        are those of single steps.
    steps
        Length of the run.
    start
        Steps already made, by an earlier call that ended at one of its draws.
    record_steps
        Non-decreasing steps, each between 0 and ``steps``; step t is the state after t updates.
    record
        Called with the index into ``record_steps`` and the stacked parameters at that step. It
        gets a copy: nothing that it does reaches the trajectory.
    device
        Where the stepper's parameters are.
    before_draw
        Called with the number of steps made, before every block of draws. At that moment all
        earlier steps are recorded, and the stepper's parameters and the stream's state are all that
        the rest of the run depends on.

    Returns
    -------
    dict
        Stacked parameters after ``steps`` steps.

    Raises
    ------
    ValueError
        No block of draws begins at ``start``.
    """
    # The record at the start itself is made again: it was made just before that draw.
    upcoming = bisect.bisect_left(record_steps, start)
    group = stepper.group_steps
    if isinstance(batch_size, int):
        drawn = _draw_steps(stream, batch_size, group, steps)
    elif (drawn := group) != 1:
        raise ValueError(f"batches of different sizes need groups of one step, not {group}")
    if start % drawn:
        raise ValueError(f"start must be a multiple of {drawn} steps, got {start}")
    done = start
    while True:
        while upcoming < len(record_steps) and record_steps[upcoming] == done:
            record(upcoming, stepper.parameters())
            upcoming += 1
        if done == steps:
            return stepper.parameters()
        offset = done % drawn
        if offset == 0:
            before_draw(done)
            size = batch_size if isinstance(batch_size, int) else batch_size(done)
            x, y = stream.take(drawn * size)
            stepper.load(x.to(device, non_blocking=True), y.to(device, non_blocking=True))
        within = min(done + group, steps + 1)
        while upcoming < len(record_steps) and record_steps[upcoming] < within:
            record(upcoming, stepper.peek(offset, offset + record_steps[upcoming] - done))
            upcoming += 1
        if steps < done + group:
            # Never make a remainder in place: the groups are the same whether or not someone looks.
            return stepper.peek(offset, offset + steps - done)
        stepper.advance(offset, offset + group)
        done += group


def _draw_steps(stream: Stream, batch_size: int, group: int, steps: int) -> int:
    """Return how many steps to draw at once: whole groups, `DRAW_BYTES` or the run if shorter."""
    wanted = DRAW_BYTES // (stream.bytes_per_sample * batch_size)
    return max(1, min(wanted // group, -(-steps // group))) * group
