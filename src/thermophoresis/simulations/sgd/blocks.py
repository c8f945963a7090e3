"""An ensemble under SGD, cut into blocks of replicas that are trained together."""

import functools
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from thermophoresis.config.run import RunSettings
from thermophoresis.data.samples import Stream
from thermophoresis.data.source import Source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.sgd.engine import Stepper, choose_compiled, train_block
from thermophoresis.simulations.sgd.steppers import steppers_of
from thermophoresis.simulations.state import named, part


class SGD:
    """How a run's ensemble is trained by SGD.

    Parameters
    ----------
    settings
        The run.
    source
        Where its samples come from.
    network
        Its network.
    record_steps
        Steps at which is recorded; the last is that at which training ends.
    device
        Where it is trained.
    compile
        auto, always or never.

    Attributes
    ----------
    blocks
        The replicas that are trained together, one block after the other.
    compiled
        Whether steps are compiled.

    Raises
    ------
    UserError
        The compiler that is asked for does not exist here.
    """

    def __init__(
        self,
        settings: RunSettings,
        source: Source,
        network: Network,
        *,
        record_steps: Sequence[int],
        device: torch.device,
        compile: str,
    ):
        self._settings, self._source, self._network = settings, source, network
        self._record_steps, self._device = record_steps, device
        self._dtype = getattr(torch, settings.precision)
        self._steppers = steppers_of(network)
        width = self._steppers.block_replicas(network, self._dtype)
        self.blocks = tuple(
            range(first, min(first + width, settings.replicas))
            for first in range(0, settings.replicas, width)
        )
        block_steps = record_steps[-1] * len(self.blocks)
        self.compiled = choose_compiled(compile, block_steps) and self._steppers.COMPILES

    def start(self, replicas: range) -> "Block":
        """Return a block of replicas with initial parameters."""
        streams = [
            generator(self._settings.seed, replica, Purpose.INITIALISATION) for replica in replicas
        ]
        return Block(
            self._make_stepper,
            self._network.initialise(streams, self._dtype),
            self._source.stream(replicas),
            batch_size=self._settings.batch_size,
            record_steps=self._record_steps,
            device=self._device,
        )

    def _make_stepper(self, parameters: Parameters) -> Stepper:
        return self._steppers.make_stepper(
            self._network,
            {name: value.to(self._device) for name, value in parameters.items()},
            learning_rate=self._settings.learning_rate,
            batch_size=self._settings.batch_size,
            compiled=self.compiled,
        )


class Block:
    """Some replicas of a run, trained together.

    Parameters
    ----------
    make_stepper
        Returns SGD from stacked parameters.
    parameters
        Stacked initial parameters.
    stream
        Where training samples come from.
    batch_size
        Samples in a step, |B|.
    record_steps, device
        As for `SGD`.
    """

    def __init__(
        self,
        make_stepper: Callable[[Parameters], Stepper],
        parameters: Parameters,
        stream: Stream,
        *,
        batch_size: int,
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
        parameters, stream = self._stepper.parameters(), self._stream.state()
        return {
            name: value.cpu().numpy()
            for name, value in (named("parameters", parameters) | named("stream", stream)).items()
        }

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go back to a state."""
        tensors = {name: torch.from_numpy(value) for name, value in state.items()}
        self._stepper = self._make_stepper(part(tensors, "parameters"))
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
