"""The random walk that SGD would be if its residuals were symmetric noise (Wei & Schwab, Eq. 2).

With f the logit of a network, SGD on binary cross entropy subtracts η/|B| Σ (p − y) ∇f from the
parameters. Here a coin takes the place of the residual p − y of every sample,

    θ ← θ − η/|B| Σ r ∇f(x),   r = ±½ with equal probabilities,

which depends on nothing. A step is therefore 0 in the mean whatever the parameters are: each of
them is a martingale. ‖V‖² grows in the mean, by η²/(4|B|) E‖h‖² in a step where h is what V gets.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.func import grad
from torch.nn.functional import pad

from thermophoresis.config.run import RunSettings
from thermophoresis.data import samples
from thermophoresis.data.source import Source
from thermophoresis.draws import variates
from thermophoresis.draws.streams import Purpose, generator, key
from thermophoresis.networks.lanes import LANES
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.blocks import Block, cut
from thermophoresis.simulations.state import named, part
from thermophoresis.simulations.stepwise import Stepwise

# Whose coins they are: their key has the name of the kind.
PURPOSE = "unbiased_walk"

# More replicas share out the cost of calling torch.
BLOCK_REPLICAS = 64


class Evolution:
    """How a run's ensemble walks; parameters and attributes as of `dynamics.sgd.Evolution`."""

    def __init__(
        self,
        settings: RunSettings,
        source: Source,
        network: Network,
        *,
        record_steps: Sequence[int],
        device: torch.device,
    ):
        self._settings, self._source, self._network = settings, source, network
        self._record_steps, self._device = record_steps, device
        self._dtype = getattr(torch, settings.precision)
        self.blocks = cut(settings.replicas, BLOCK_REPLICAS)
        self.stepper = "unbiased_walk"

    def start(self, replicas: range) -> Block:
        """Return a block of replicas with initial parameters."""
        seed = self._settings.seed
        initial = [generator(seed, replica, Purpose.INITIALISATION) for replica in replicas]
        stream = self._source.stream(replicas)
        return Block(
            self._make_stepper,
            self._network.initialise(initial, self._dtype),
            TossedResiduals(stream, seed, replicas, self._dtype),
            batch_size=self._settings.batch_size,
            record_steps=self._record_steps,
            device=self._device,
        )

    def _make_stepper(self, parameters: Parameters) -> "Walk":
        return Walk(
            self._network,
            {name: value.to(self._device) for name, value in parameters.items()},
            learning_rate=self._settings.learning_rate,
            batch_size=self._settings.batch_size,
        )


class TossedResiduals:
    """Training inputs as SGD sees them, each with a residual ±½ in the place of its label.

    Parameters
    ----------
    stream
        Where the inputs come from; its labels are drawn and left.
    seed, replicas
        Whose coins they are.
    dtype
        Floating-point type of the residuals.
    """

    def __init__(self, stream: samples.Stream, seed: int, replicas: range, dtype: torch.dtype):
        self._stream, self._replicas, self._dtype = stream, replicas, dtype
        self._key, self._position = key(seed, PURPOSE), 0
        self.bytes_per_sample = stream.bytes_per_sample

    def take(self, count: int) -> tuple[Tensor, Tensor]:
        """Draw inputs (replica, sample, …) and residuals (replica, sample); as `Stream.take`."""
        x, _ = self._stream.take(count)
        coins = variates.integers(
            self._key, self._replicas, self._position, count, 2, dtype=self._dtype
        )
        self._position += count
        return x, coins - 0.5

    def state(self) -> dict[str, Tensor]:
        """Return all that the draws to come depend on; as `Stream.state`."""
        coins = {"coins": torch.tensor(self._position)}
        return {**named("samples", self._stream.state()), **coins}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        self._stream.restore(part(state, "samples"))
        self._position = int(state["coins"])


class Walk(Stepwise):
    """The walk of a block of replicas; see `engine.Stepper`.

    No bit of a replica depends on how many others walk beside it: every layer is widened by silent
    units (no weights, so that no signal goes into or out of them) until what each replica has is
    whole vector registers (`LANES`), equally aligned.

    Parameters
    ----------
    network
        The network, with one logit.
    parameters
        Stacked initial parameters; they are copied.
    learning_rate, batch_size
        η and |B|.
    """

    def __init__(
        self, network: Network, parameters: Parameters, *, learning_rate: float, batch_size: int
    ):
        super().__init__(parameters, learning_rate, batch_size)
        self._network = network

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take inputs (replica, sample, input) and residuals (replica, sample) of next steps."""
        super().load(_widened(x, axes=1), y, sizes)

    def _step(self, state: Parameters, x: Tensor, y: Tensor) -> None:
        gradients = grad(self._weighted_sum)(state, x, y)
        for name, value in state.items():
            # Multiplied, then added: whether both are rounded must not depend on the place.
            value.add_(gradients[name] * self._rate)

    def _weighted_sum(self, parameters: Parameters, x: Tensor, r: Tensor) -> Tensor:
        """Return Σ r f(x) over samples and replicas, which share no parameter."""
        chain, views = self._network.as_layered(parameters)
        wide = {
            name: _widened(value, axes=2 if name.startswith("W") else 1)
            for name, value in views.items()
        }
        logits = _wide(chain).activations(wide, x)[1][..., 0]
        return (r * logits).sum()


def _widened(values: Tensor, axes: int) -> Tensor:
    """Return an array with zeros at the end of its last axes, up to multiples of `LANES`."""
    sizes = reversed(values.shape[values.ndim - axes :])
    return pad(values, [end for size in sizes for end in (0, _whole(size) - size)])


def _whole(size: int) -> int:
    """Return the next multiple of `LANES`."""
    return -(-size // LANES) * LANES


def _wide(network: Layered) -> Layered:
    """Return a chain of linear layers with room for silent units."""
    layers = tuple(
        Linear(_whole(layer.inputs), _whole(layer.outputs), layer.bias) for layer in network.layers
    )
    return dataclasses.replace(network, layers=layers)
