"""SGD of chains of layers by compiled loops, for blocks of replicas on a CPU."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.losses.cross_entropy import CrossEntropy
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.numerics.vectors import VECTOR
from thermophoresis.simulations.sgd.chains import alone, fields, lanes
from thermophoresis.simulations.sgd.chains.chain import Chain, is_known
from thermophoresis.simulations.sgd.chains.fields import Floats, Integers
from thermophoresis.simulations.sgd.chains.placed import padded
from thermophoresis.simulations.state import named, part

# Up to this many parameters replicas are in lanes: then 64 of them fit into the second-level cache.
LANES_PARAMETERS = 1024

# Replicas that are drawn for together: enough to share out the cost of calling Python.
BLOCK_IN_LANES = 512
BLOCK_ALONE = 32


def covers(network: Network, dynamics: SGD) -> bool:
    """Whether there are loops for a network: a chain of layers of kinds that are known."""
    chain, _ = network.as_layered(_numbered(network))
    return isinstance(chain, Layered) and is_known(chain)


def name(network: Network) -> str:
    """Return what files say of how steps were made."""
    return "chains.lanes" if replica_last(network) else "chains.alone"


def replica_last(network: Network) -> bool:
    """Whether replicas of a network are trained side by side, not one after the other."""
    has_images = getattr(network, "sample_shape", None) is not None
    return network.parameter_count <= LANES_PARAMETERS and not has_images


def block_replicas(network: Network, dtype: torch.dtype, batch_size: int) -> int:
    """Return how many replicas to train together."""
    return BLOCK_IN_LANES if replica_last(network) else BLOCK_ALONE


def make_stepper(
    network: Network,
    state: Mapping[str, Tensor],
    *,
    dynamics: SGD,
    rate: Callable[[int], float],
    batch_size: int,
    training_set: tuple[Tensor, Tensor] | None = None,
) -> "ChainSGD":
    """Return SGD on a block of replicas; see `steppers.Steppers`."""
    return ChainSGD(network, state, dynamics=dynamics, rate=rate, batch_size=batch_size)


class ChainSGD:
    """SGD on a block of replicas; see `engine.Stepper`.

    No bit depends on where in a block a replica is, on the others, or on when one looks.

    Parameters
    ----------
    network
        The network, which there are loops for.
    state
        What `steppers.initial_state` or `state` returned.
    dynamics
        Momentum and the others.
    rate
        η of the step that leads from a number of updates to the next.
    batch_size
        Largest |B|.
    residuals_given
        Whether what is loaded instead of labels are the residuals themselves.
    """

    def __init__(
        self,
        network: Network,
        state: Mapping[str, Tensor],
        *,
        dynamics: SGD,
        rate: Callable[[int], float],
        batch_size: int,
        residuals_given: bool = False,
    ):
        parameters, momentum = part(state, "parameters"), part(state, "momentum")
        self._rate, self._steps = rate, int(state["steps"])
        self._in_lanes = replica_last(network)
        unit = 1 if self._in_lanes else VECTOR
        chain, self._places = _placed(network, batch_size, dynamics.freeze, unit)
        self._table, self._entrance, self._size = chain.table, chain.entrance, chain.size
        has_images = np.isin(chain.table[:, fields.KIND], (fields.CONVOLUTION, fields.POOLING))
        self._alone = alone.advance_images if has_images.any() else alone.advance
        some = next(iter(parameters.values()))
        self._replicas, self._dtype = len(some), some.dtype
        self._parameters = self._packed(parameters)
        self._velocity = self._parameters.new_zeros(len(self._parameters), 0)
        if dynamics.momentum:
            self._velocity = torch.zeros_like(self._parameters)
            if momentum:
                self._velocity = self._packed(momentum)
        self._loss = fields.GIVEN if residuals_given else _loss(network)
        self._classes = network.classes or 1
        rule = np.zeros(fields.NUMBERS_OF_RULE)
        rule[fields.DECAY], rule[fields.MOMENTUM] = dynamics.weight_decay, dynamics.momentum
        rule[fields.NESTEROV] = dynamics.nesterov
        rule[fields.PLAIN] = not (dynamics.momentum or dynamics.weight_decay)
        rule[fields.LOW : fields.HIGH + 1] = getattr(network.loss, "targets", (0, 0))
        self._rule = rule.astype(self._parameters.numpy().dtype)
        room = chain.work * (lanes.LANES if self._in_lanes else 1)
        self._work = torch.zeros(room, dtype=self._dtype).numpy()
        self._lists = np.zeros(chain.lists, np.int32)
        self._lists[:batch_size] = np.arange(batch_size)

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps; see `engine.Stepper.load`."""
        x, y = x.flatten(2), y.to(self._dtype)
        order = (1, 2, 0) if self._in_lanes else (0, 1, 2)
        self._x = x.permute(order).contiguous().numpy()
        self._y = (y.T if self._in_lanes else y).contiguous().numpy()
        self._sizes = np.array(sizes, np.int64)
        self._offsets = np.concatenate([[0], np.cumsum(self._sizes)])

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        rates = np.array([self._rate(self._steps + it) for it in range(stop - start)])
        sizes, samples = self._sizes[start:stop], slice(*self._offsets[[start, stop]])
        self._make_steps(samples, rates, sizes)
        self._steps += stop - start

    def _make_steps(self, samples: slice, rates: Floats, sizes: Integers) -> None:
        """Make as many steps as there are rates, of some of the samples loaded last."""
        loss, state = (
            (self._loss, self._classes),
            (self._parameters.numpy(), self._velocity.numpy()),
        )
        if self._in_lanes:
            x, y = self._x[samples], self._y[samples]
            lanes.advance(self._table, *loss, *state, x, y, rates, sizes, self._rule, self._work)
        else:
            taken = self._x, self._y, int(samples.start), self._entrance
            how = rates, sizes, self._rule, self._work, self._lists
            self._alone(self._table, *loss, *state, *taken, *how)

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return self._unpacked(self._parameters)

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that the steps to come depend on, but their samples."""
        momentum = self._unpacked(self._velocity) if self._velocity.shape[1] else {}
        return {
            **named("parameters", self.parameters()),
            **named("momentum", momentum),
            "steps": torch.tensor(self._steps),
        }

    def _packed(self, stacked: Mapping[str, Tensor]) -> Tensor:
        """Return what loops work on: (replica, place), or (group, place, lane)."""
        replicas = padded(self._replicas, lanes.LANES) if self._in_lanes else self._replicas
        flat = torch.zeros(replicas, self._size, dtype=self._dtype)
        for name, places in self._places.items():
            flat[: self._replicas, places.flatten()] = stacked[name].flatten(1)
        if self._in_lanes:
            flat = flat.view(-1, lanes.LANES, self._size).transpose(1, 2).flatten(1).contiguous()
        return flat

    def _unpacked(self, flat: Tensor) -> Parameters:
        """Return stacked parameters, a copy."""
        if self._in_lanes:
            flat = flat.view(-1, self._size, lanes.LANES).transpose(1, 2)
            flat = flat.reshape(-1, self._size)[: self._replicas]
        return {
            name: flat[:, places.flatten()].view(-1, *places.shape)
            for name, places in self._places.items()
        }


def _numbered(network: Network) -> Parameters:
    """Return parameters of one replica whose entries are numbers in a row."""
    first = 0
    some = network.initialise([torch.Generator()], torch.float32)
    found: Parameters = {}
    for name, value in some.items():
        found[name] = torch.arange(first, first + value.numel()).view(value.shape)
        first += value.numel()
    return found


def chain_names(network: Network, names: Sequence[str]) -> set[str]:
    """Return what some parameters of a network are called in its chain of layers."""
    numbers = _numbered(network)
    _, views = network.as_layered(numbers)
    chosen = torch.cat([numbers[it].flatten() for it in names]) if names else torch.zeros(0)
    return {name for name, value in views.items() if torch.isin(value, chosen).all()}


def _placed(
    network: Network, batch_size: int, frozen: Sequence[str], unit: int
) -> tuple[Chain, dict[str, Tensor]]:
    """Return a network as a chain, and for each of its own parameters the place of every entry."""
    numbers = _numbered(network)
    layered, views = network.as_layered(numbers)
    chain = Chain(layered, batch_size, chain_names(network, frozen), unit)
    where = torch.zeros(sum(value.numel() for value in numbers.values()), dtype=torch.int64)
    for name, value in views.items():
        where[value[0]] = torch.from_numpy(np.ascontiguousarray(chain.places[name]))
    return chain, {name: where[value[0]] for name, value in numbers.items()}


def _loss(network: Network) -> int:
    """Return the number of a network's loss."""
    if isinstance(network.loss, CrossEntropy):
        return fields.SIGMOID if network.classes is None else fields.SOFTMAX
    return fields.SQUARED if network.classes is None else fields.SQUARED_CLASSES
