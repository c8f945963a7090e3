"""Steps in which each parameter follows its own part of the residual, of chains of linear layers.

With f the logit, SGD on binary cross entropy subtracts η/|B| Σ (p − y) ∇f from the parameters. With
labels that are fair coins, p − y = (p − ½) + (½ − y): the mean given the input, and noise that
depends on nothing. A parameter follows both (``sgd``), one (``mean`` or ``noise``) or none of them
(``frozen``); all have the same samples and gradients at the same parameters.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.func import grad
from torch.nn.functional import pad

from thermophoresis.networks.lanes import LANES
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.sgd.chains.surgery import ChainSurgery
from thermophoresis.simulations.sgd.engine import Stepper
from thermophoresis.simulations.state import part
from thermophoresis.simulations.stepwise import Stepwise


def make_stepper(
    network: Network,
    state: Mapping[str, Tensor],
    *,
    modes: Mapping[str, str],
    learning_rate: float,
    batch_size: int,
    device: torch.device,
) -> Stepper:
    """Return what makes the steps of a block of replicas.

    Parameters
    ----------
    network
        A chain of linear layers with one logit.
    state
        What `steppers.initial_state`, or the stepper's own ``state``, returned.
    modes
        Of every parameter by its name: sgd, mean, noise or frozen.
    learning_rate, batch_size
        η and |B|.
    device
        Where they are trained.
    """
    if device.type == "cpu":
        return ChainSurgery(
            network, state, modes_of=modes, rate=lambda step: learning_rate, batch_size=batch_size
        )
    held = {name: value.to(device) for name, value in state.items()}
    return Surgery(network, held, modes=modes, learning_rate=learning_rate, batch_size=batch_size)


class Surgery(Stepwise):
    """Steps of a block of replicas by torch, on any device; see `engine.Stepper`.

    No bit of a replica depends on how many others there are: every layer is widened by silent units
    (no weights, so that no signal goes into or out of them) until what each replica has is whole
    vector registers (`LANES`), equally aligned.

    Parameters
    ----------
    network, state, modes, learning_rate, batch_size
        As of `make_stepper`.
    """

    def __init__(
        self,
        network: Network,
        state: Mapping[str, Tensor],
        *,
        modes: Mapping[str, str],
        learning_rate: float,
        batch_size: int,
    ):
        super().__init__(part(state, "parameters") or dict(state), learning_rate, batch_size)
        self._network, self._modes = network, modes

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take inputs (replica, sample, input) and labels (replica, sample) of the next steps."""
        super().load(_widened(x, axes=1), y, sizes)

    def _step(self, state: Parameters, x: Tensor, y: Tensor) -> None:
        p = torch.sigmoid(self._logits(state, x)).detach()
        parts = {"sgd": p - y, "mean": p - 0.5, "noise": 0.5 - y}
        found = {
            mode: grad(self._weighted_sum)(state, x, parts[mode])
            for mode in parts
            if mode in self._modes.values()
        }
        for name, value in state.items():
            # Multiplied, then added: whether both are rounded must not depend on the place.
            if self._modes[name] != "frozen":
                value.add_(found[self._modes[name]][name] * self._rate)

    def _weighted_sum(self, parameters: Parameters, x: Tensor, r: Tensor) -> Tensor:
        """Return Σ r f(x) over samples and replicas, which share no parameter."""
        return (r * self._logits(parameters, x)).sum()

    def _logits(self, parameters: Parameters, x: Tensor) -> Tensor:
        chain, views = self._network.as_layered(parameters)
        wide = {
            name: _widened(value, axes=2 if name.startswith("W") else 1)
            for name, value in views.items()
        }
        return _wide(chain).activations(wide, x)[1][..., 0]


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
