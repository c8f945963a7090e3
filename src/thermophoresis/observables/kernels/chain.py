"""Compiled passes over chains of layers, for stacked parameters and samples in torch."""

from functools import cached_property
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.kernels.passes import backward, forward
from thermophoresis.observables.kernels.plan import Plan, is_covered, plan

# Replicas are worked on together while their activations and parameters take no more than this:
# they stay in a cache between the passes, and calls for each replica would take the time.
# On a GPU, all that there is room for.
BYTES = {"cpu": 2**21, "cuda": 2**30}


class Sums(NamedTuple):
    """What is made of the gradients of single samples.

    Attributes
    ----------
    squares
        Σ_n ‖∇ℓ_n‖², (replica,).
    square_of_total
        ‖Σ_n ∇ℓ_n‖², (replica,).
    total
        Σ_n ∇ℓ_n, (replica, parameter); None where nobody asks.
    """

    squares: Tensor
    square_of_total: Tensor
    total: Tensor | None


def chain_of(network: object) -> Layered | None:
    """Return a network as a chain of layers that the compiled passes cover; None if it is not."""
    if isinstance(network, TwoLayer):
        return network.chain
    return network if isinstance(network, Layered) and is_covered(network) else None


def together(network: object, x: Tensor) -> int:
    """Return how many replicas to measure together on samples x (replica, sample, …)."""
    if (chain := chain_of(network)) is None:
        return 1
    of = _plan(chain, x)
    return max(1, BYTES[x.device.type] // ((of.activations + of.parameters) * x.element_size()))


def arranged(network: object, x: Tensor) -> Tensor:
    """Return inputs (replica, sample, …) in the order in memory in which they are read.

    What linear layers get has the samples innermost.
    """
    chain = chain_of(network)
    if chain is None or x.is_cuda or len(chain.layers[0].weight_shape) == 4:
        return x.contiguous()
    return x.movedim(1, -1).contiguous().movedim(-1, 1)


class Pass:
    """One forward and perhaps one backward pass of some replicas, one after the other.

    Parameters
    ----------
    chain
        A network that is covered.
    parameters
        Stacked parameters of any floating-point type, on a CPU.
    x
        Inputs, (replica, sample, …), or (1, sample, …) for all; float64.
    """

    def __init__(self, chain: Layered, parameters: Parameters, x: Tensor):
        self._chain = chain
        self._plan = _plan(chain, x)
        if x.stride(0) == 0:
            x = x[:1]  # one set for all
        if not self._plan.images:
            x = x.movedim(1, -1)
        self._x = x.reshape(len(x), -1).numpy()
        replicas = len(parameters["W1"])
        own_type = parameters["W1"].dtype
        self._theta = torch.empty(replicas, self._plan.parameters, dtype=own_type).numpy()
        ends = [*self._plan.weight[1:].tolist(), self._plan.parameters]
        for number, (first, end) in enumerate(zip(self._plan.weight.tolist(), ends, strict=True)):
            for name in (f"W{number + 1}", f"b{number + 1}"):
                if name in parameters:
                    own = parameters[name].reshape(replicas, -1).numpy()
                    self._theta[:, first : first + own.shape[1]] = own
                    first += own.shape[1]
            assert first == end

    @cached_property
    def _forward(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        replicas = len(self._theta)
        a = _empty(replicas, self._plan.activations)
        z = _empty(replicas, self._chain.layers[-1].outputs * self._plan.samples)
        slopes = _empty(replicas, len(self._chain.layers) - 1)
        scratch = _empty(6, self._plan.largest)
        forward(self._plan, self._theta, self._x, a, z, slopes, scratch)
        return a, z, slopes

    @property
    def logits(self) -> Tensor:
        """Outputs, (replica, sample, class), contiguous."""
        z = torch.from_numpy(self._forward[1])
        return z.view(len(z), -1, self._plan.samples).mT.contiguous()

    @property
    def rates(self) -> Tensor:
        """Means of σ' over units and samples of the hidden layers, (replica, layer)."""
        return torch.from_numpy(self._forward[2])

    def gradients(self, residual: Tensor, *, total: bool = False) -> Sums:
        """Return what is made of the gradients of single samples.

        Parameters
        ----------
        residual
            Derivative of every sample's loss with respect to the logits, shaped as them.
        total
            Whether their sum is wanted.
        """
        replicas = len(self._theta)
        sums = _empty(replicas if total else 1, self._plan.parameters)
        squares, scratch = _empty(2, replicas), _empty(6, self._plan.largest)
        delta = residual.mT.reshape(replicas, -1).numpy()
        a = self._forward[0]
        backward(self._plan, self._theta, self._x, a, delta, sums, total, squares, scratch)
        found = torch.from_numpy(squares)
        return Sums(found[0], found[1], torch.from_numpy(sums) if total else None)


def _plan(chain: Layered, x: Tensor) -> Plan:
    """Return where everything is, for inputs (replica, sample, …)."""
    layers = cast(tuple[Linear | Convolution, ...], chain.layers)  # since it is covered
    return plan(layers, chain.activation, tuple(x.shape[2:]), x.shape[1])


def _empty(*shape: int) -> np.ndarray:
    """Return an array that begins at a cache line, as NumPy's own do not."""
    return torch.empty(shape, dtype=torch.float64).numpy()
