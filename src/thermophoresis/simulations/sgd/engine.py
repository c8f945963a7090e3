"""The training engine: stochastic gradient descent on many replicas at once.

The engine owns the order of things (draws, steps, records); how a step is computed belongs to what
makes it (`steppers`), what is recorded to the caller.
"""

import bisect
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from thermophoresis.draws.recipe import Recipe
from thermophoresis.errors import UserError

# Samples are drawn about this many bytes at a time: enough to amortise the call, little enough to
# stay in a second-level cache until they are used. On a GPU they need only be much less than its
# memory, and every call makes all replicas' steps in one launch.
DRAW_BYTES, DRAW_BYTES_ON_GPU = 2**20, 2**28


class Stepper(Protocol):
    """SGD on one block of replicas; see `thermophoresis.simulations.sgd.chains.stepper`."""

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps.

        Parameters
        ----------
        x, y
            Inputs (replica, sample, …) and labels (replica, sample): batches one behind the other.
        sizes
            |B| of each step.
        """

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last.

        They are made in their order, each once.
        """

    def parameters(self) -> dict[str, Tensor]:
        """Return a copy of the stacked parameters."""


class Stream(Protocol):
    """Training samples of a block of replicas; see `thermophoresis.data.samples`."""

    bytes_per_sample: int

    def take(self, samples: int) -> tuple[Tensor, Tensor]:
        """Draw the next samples of every replica."""


@runtime_checkable
class Drawing(Protocol):
    """A stepper that can draw its samples itself; see `thermophoresis.simulations.sgd.gpu`."""

    def load_recipe(self, recipe: Recipe, sizes: Sequence[int]) -> None:
        """Take how the samples of the next steps are drawn, and |B| of each step."""


@runtime_checkable
class Described(Protocol):
    """A stream that can say how its samples are drawn; see `thermophoresis.data.samples`."""

    def recipe(self) -> Recipe | None:
        """Return how the samples to come can be drawn elsewhere, where that is simple."""

    def skip(self, samples: int) -> None:
        """Go on as after taking samples."""


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
        Samples in a step, |B|: one number, or a function of the steps made before it.
    steps
        Length of the run.
    start
        Steps already made, by an earlier call.
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
    """
    # The record at the start itself is made again: it was made just before that draw.
    upcoming = bisect.bisect_left(record_steps, start)
    done = start
    while True:
        while upcoming < len(record_steps) and record_steps[upcoming] == done:
            record(upcoming, stepper.parameters())
            upcoming += 1
        if done == steps:
            return stepper.parameters()
        before_draw(done)
        on_gpu = torch.device(device).type == "cuda"
        draw_bytes = DRAW_BYTES_ON_GPU if on_gpu else DRAW_BYTES
        sizes = _sizes(stream, batch_size, done, steps, draw_bytes)
        _load(stepper, stream, sizes, device)
        first, end = done, done + len(sizes)
        while done < end:
            looked_at = record_steps[upcoming] if upcoming < len(record_steps) else end
            stop = min(end, looked_at)
            stepper.advance(done - first, stop - first)
            done = stop
            while done < end and upcoming < len(record_steps) and record_steps[upcoming] == done:
                record(upcoming, stepper.parameters())
                upcoming += 1


def _load(
    stepper: Stepper, stream: Stream, sizes: Sequence[int], device: torch.device | str
) -> None:
    """Give a stepper the next samples of a stream, or what it can draw them by itself with."""
    draws = isinstance(stepper, Drawing) and isinstance(stream, Described)
    if draws and (recipe := stream.recipe()):  # type: ignore[attr-defined]
        stepper.load_recipe(recipe, sizes)  # type: ignore[attr-defined]
        stream.skip(sum(sizes))  # type: ignore[attr-defined]
        return
    x, y = stream.take(sum(sizes))
    stepper.load(x.to(device, non_blocking=True), y.to(device, non_blocking=True), sizes)


def _sizes(
    stream: Stream,
    batch_size: int | Callable[[int], int],
    done: int,
    steps: int,
    draw_bytes: int,
) -> list[int]:
    """Return |B| of the steps to draw for at once: one at least, then about so many bytes."""
    wanted = max(1, draw_bytes // stream.bytes_per_sample)
    if isinstance(batch_size, int):
        return [batch_size] * min(max(1, wanted // batch_size), steps - done)
    found = [batch_size(done)]
    total = found[0]
    for step in range(done + 1, steps):
        total += batch_size(step)
        if total > wanted:
            break
        found.append(batch_size(step))
    return found
