"""Blocks: replicas that make their steps together, and can go on from where they stopped."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from thermophoresis.networks.network import Parameters
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.engine import Stepper, train_block
from thermophoresis.simulations.state import named, part


class Stream(engine.Stream, Protocol):
    """What the steps of a block of replicas need; see `thermophoresis.data.samples`."""

    def state(self) -> dict[str, Tensor]:
        """Return all that what comes depends on."""

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""


@runtime_checkable
class Stateful(Protocol):
    """A stepper whose steps depend on more than parameters; see `simulations.sgd.general`."""

    def state(self) -> dict[str, Tensor]:
        """Return all that it is made again from."""


def cut(replicas: int, width: int) -> tuple[range, ...]:
    """Cut an ensemble into blocks of replicas, all but the last of the same width."""
    return tuple(range(first, min(first + width, replicas)) for first in range(0, replicas, width))


class Block:
    """Some replicas of a run, trained together.

    Parameters
    ----------
    make_stepper
        Returns what makes the steps, from stacked parameters, or from its state if it is
        `Stateful`.
    parameters
        Stacked initial parameters, or that state.
    stream
        Where what a step needs comes from.
    batch_size
        Samples in a step, |B|; see `train_block`.
    record_steps, device
        Steps at which is recorded, the last being that at which it ends; and where it is trained.
    """

    def __init__(
        self,
        make_stepper: Callable[[Parameters], Stepper],
        parameters: Parameters,
        stream: Stream,
        *,
        batch_size: int | Callable[[int], int],
        record_steps: Sequence[int],
        device: torch.device,
    ):
        self._make_stepper, self._stream = make_stepper, stream
        self._stepper = make_stepper(parameters)
        self._train = functools.partial(
            train_block,
            batch_size=batch_size,
            steps=record_steps[-1],
            record_steps=record_steps,
            device=device,
        )

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the rest of the training depends on."""
        stepper, stream = self._stepper, self._stream.state()
        state = stepper.state() if isinstance(stepper, Stateful) else stepper.parameters()
        return {
            name: value.cpu().numpy()
            for name, value in (named("stepper", state) | named("stream", stream)).items()
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a state."""
        tensors = {name: torch.from_numpy(value) for name, value in state.items()}
        self._stepper = self._make_stepper(part(tensors, "stepper"))
        self._stream.restore(part(tensors, "stream"))

    def train(
        self,
        *,
        start: int,
        record: Callable[[int, Parameters], None],
        before_draw: Callable[[int], None],
    ) -> None:
        """Train from a step to the last of those at which is recorded; see `train_block`."""
        self._train(
            self._stepper, self._stream, start=start, record=record, before_draw=before_draw
        )
