"""SGD steps of the two-layer network, written out by hand for many replicas at once.

For binary cross entropy the residual is r = p − y with p = 1/(1 + exp(−f)), and one step on a batch
B subtracts η/|B| times (Eq. 27; the print has exp(+f), which belongs to the opposite sign of f)

    ∇_V = Σ r σ(Wx+b),   ∇_W = Σ r V σ'(Wx+b) xᵀ,   ∇_b = Σ r V σ'(Wx+b).

Two ways to carry that out give the same trajectories up to rounding:

- `ReplicaLast` keeps the replica as the innermost axis, so that a network too small to fill a
  vector register by itself shares it with the others. Fastest for small networks.
- `DeferredUpdate` collects the rank-one updates of several steps and applies them to W at once.
  Within such a group, W x = W₀ x − (η/|B|) Σ δ (x'·x) over the samples x' seen since W₀: matrix
  products with W₀ for the whole group plus small corrections. It touches W twice a group instead
  of twice a step, as blocked Householder transformations do. Fastest for large networks.

A stepper works on one block of replicas and always cuts the run into the same groups of
``group_steps`` steps. Reading parameters inside a group happens on a copy (`peek`), so that
measuring never changes a trajectory, not even by rounding.
"""

import functools
from collections.abc import Callable

import torch
from torch import Tensor

from thermophoresis.networks.lanes import LANES, at_least_two, lane_sigmoid
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer

# Numbers in a cache line of 64 bytes.
ALIGNMENT = 16

# A step is made of many small operations, which a compiler joins.
COMPILES = True

# Above this many first-layer weights the deferred update is faster (benchmarks/engine.py).
REPLICA_LAST_WEIGHTS = 1024

# What stays in a core's second-level cache (1 MiB or more on current processors).
CACHE_BYTES = 2**20


def block_replicas(network: TwoLayer, dtype: torch.dtype) -> int:
    """Return how many replicas to train together so that what a step touches stays in cache."""
    if _is_large(network):
        return 128  # W passes through the cache once in a group of steps; more gains nothing
    # W and the products W·x are both live in a step.
    fitting = CACHE_BYTES // (2 * network.inputs * network.hidden * dtype.itemsize)
    return max(LANES, fitting // LANES * LANES)


def make_stepper(
    network: TwoLayer,
    parameters: Parameters,
    *,
    learning_rate: float,
    batch_size: int,
    compiled: bool = False,
) -> "ReplicaLast | DeferredUpdate":
    """Return the faster way to do SGD on a network of this size.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked initial parameters; they are copied.
    learning_rate
        η.
    batch_size
        Samples in a step, |B|.
    compiled
        Whether to run a group of steps through ``torch.compile``.
    """
    stepper = DeferredUpdate if _is_large(network) else ReplicaLast
    return stepper(parameters, learning_rate, batch_size, compiled)


def _is_large(network: TwoLayer) -> bool:
    return network.inputs * network.hidden > REPLICA_LAST_WEIGHTS


class ReplicaLast:
    """SGD on arrays whose last axis is the replica.

    Parameters
    ----------
    parameters
        Stacked parameters of `TwoLayer`.
    learning_rate, batch_size
        η and |B|.
    compiled
        Whether to compile a group of steps into one program.
    """

    group_steps = 16

    def __init__(
        self, parameters: Parameters, learning_rate: float, batch_size: int, compiled: bool = False
    ):
        self._replicas = len(parameters["W"])
        self._padding = -self._replicas % LANES
        weights, second = parameters["W"], parameters["V"]
        self._inputs = weights.shape[2]
        if "b" in parameters:  # a bias is the weight of a constant input
            weights = torch.cat([weights, parameters["b"][..., None]], dim=2)
        self._state = [self._to_lanes(value.movedim(0, -1)) for value in (weights, second)]
        self._rate = -learning_rate / batch_size
        self._batch_size = batch_size
        self._advance = _compiled(_advance_replica_last) if compiled else _advance_replica_last

    def load(self, x: Tensor, y: Tensor) -> None:
        """Take the samples of the next steps.

        Parameters
        ----------
        x, y
            Inputs (replica, sample, input) and labels (replica, sample); the sample axis holds
            whole batches, one after the other.
        """
        samples = x.shape[1]
        columns = self._state[0].shape[1]
        padded = x.new_ones(samples, columns, self._replicas + self._padding)
        last = x.reshape(self._replicas, -1).t().view(samples, self._inputs, self._replicas)
        padded[:, : self._inputs, : self._replicas].copy_(last)
        self._x = padded.view(-1, self._batch_size, *padded.shape[1:])
        self._y = self._to_lanes(y.t() * -self._rate).view(-1, self._batch_size, padded.shape[-1])

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        # Of two parameters, as mypy cannot know.
        self._advance(*self._state, self._x[start:stop], self._y[start:stop], self._rate)  # type: ignore[arg-type, call-arg]

    def peek(self, start: int, stop: int) -> Parameters:
        """Return stacked parameters as they are after those steps, which are not made."""
        state = [value.clone() for value in self._state]
        # Eager: a remainder of a group is rare, and would be compiled for every length.
        _advance_replica_last(*state, self._x[start:stop], self._y[start:stop], self._rate)  # type: ignore[arg-type, call-arg]
        return self._from_lanes(*state)

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return self._from_lanes(*self._state)

    def _to_lanes(self, value: Tensor) -> Tensor:
        return torch.nn.functional.pad(value, (0, self._padding)).contiguous()

    def _from_lanes(self, weights: Tensor, second: Tensor) -> Parameters:
        weights, second = (
            value[..., : self._replicas].movedim(-1, 0).clone(memory_format=torch.contiguous_format)
            for value in (weights, second)
        )
        stacked = {"W": weights[..., : self._inputs].contiguous()}
        if weights.shape[2] > self._inputs:
            stacked["b"] = weights[..., self._inputs].contiguous()
        return stacked | {"V": second}


def _advance_replica_last(
    weights: Tensor, second: Tensor, x: Tensor, y: Tensor, rate: float
) -> None:
    """Make one step for each entry of x (step, batch, input, replica), in place.

    The labels come multiplied by η/|B|, and ``rate`` is −η/|B|.
    """
    for x_batch, y_batch in zip(x.unbind(0), y.unbind(0), strict=True):
        updates = []
        # All samples of a batch see the same parameters: first every gradient, then every update.
        for x_one, y_one in zip(x_batch.unbind(0), y_batch.unbind(0), strict=True):
            hidden = (weights * x_one).sum(1).clamp_(min=0)
            residual = torch.sigmoid((second * hidden).sum(0)).mul_(rate).add_(y_one)
            delta = hidden.sign().mul_(second).mul_(residual)  # sign(σ(z)) = σ'(z)
            updates.append((x_one, hidden, delta, residual))
        for x_one, hidden, delta, residual in updates:
            second.addcmul_(hidden, residual)
            weights.addcmul_(delta[:, None], x_one)


class DeferredUpdate:
    """SGD with the updates of W collected over a group of steps; arguments as `ReplicaLast`."""

    group_steps = 16

    def __init__(
        self, parameters: Parameters, learning_rate: float, batch_size: int, compiled: bool = False
    ):
        self._replicas, self._hidden = parameters["V"].shape
        # Silent units (no weights, so never updated) keep every replica's matrices equally aligned
        # in memory: on another alignment the last bit of a matrix product can differ.
        silent = -self._hidden % ALIGNMENT
        self._state = {}
        for name, value in parameters.items():
            padding = (0, 0) * (value.ndim - 2) + (0, silent)
            self._state[name] = at_least_two(torch.nn.functional.pad(value, padding)).clone()
        self._rate = -learning_rate / batch_size
        self._batch_size = batch_size
        self._advance = _compiled(_advance_deferred) if compiled else _advance_deferred

    def load(self, x: Tensor, y: Tensor) -> None:
        """Take the samples of the next steps; as `ReplicaLast.load`."""
        self._x, self._y = at_least_two(x), at_least_two(y)

    def _advance_state(
        self, advance: Callable[..., None], state: Parameters, start: int, stop: int
    ) -> None:
        samples = slice(start * self._batch_size, stop * self._batch_size)
        advance(state, self._x[:, samples], self._y[:, samples], self._rate, self._batch_size)

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        self._advance_state(self._advance, self._state, start, stop)

    def peek(self, start: int, stop: int) -> Parameters:
        """Return stacked parameters as they are after those steps, which are not made."""
        state = {name: value.clone() for name, value in self._state.items()}
        self._advance_state(_advance_deferred, state, start, stop)
        return self._without_padding(state)

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return self._without_padding(self._state)

    def _without_padding(self, state: Parameters) -> Parameters:
        return {
            name: value[: self._replicas, : self._hidden].clone() for name, value in state.items()
        }


def _advance_deferred(
    state: Parameters, x: Tensor, y: Tensor, rate: float, batch_size: int
) -> None:
    """Make the steps of x (replica, step · batch, input) as one group, in place."""
    weights, bias, second = state["W"], state.get("b"), state["V"]
    gram = torch.bmm(x, x.transpose(1, 2))
    if bias is None:
        pre_activation = torch.bmm(x, weights.transpose(1, 2))
    else:
        pre_activation = torch.baddbmm(bias[:, None], x, weights.transpose(1, 2))
        gram += 1  # a bias is the weight of a constant input
    deltas = torch.zeros_like(pre_activation)
    for start in range(0, x.shape[1], batch_size):
        batch = slice(start, start + batch_size)
        hidden = pre_activation[:, batch]
        if start:
            hidden = torch.baddbmm(hidden, gram[:, batch, :start], deltas[:, :start])
        hidden = hidden.clamp(min=0)
        output = (hidden * second[:, None]).sum(-1)
        residual = lane_sigmoid(output).sub_(y[:, batch]).mul_(rate)[..., None]
        deltas[:, batch] = hidden.sign().mul_(second[:, None]).mul_(residual)
        second += (hidden * residual).sum(1)
    weights.baddbmm_(deltas.transpose(1, 2), x)
    if bias is not None:
        bias += deltas.sum(1)


@functools.cache
def _compiled(function: Callable[..., None]) -> Callable[..., None]:
    return torch.compile(function, dynamic=False, fullgraph=True)
