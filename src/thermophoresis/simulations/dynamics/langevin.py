"""Langevin dynamics: SGD with Gaussian noise of the same mean and covariance.

With C the covariance of the gradient of one sample, the gradient of a batch of SGD has the mean μ
and the covariance C/|B|. For each step K = m |B| samples are drawn, with gradients g_k of mean ḡ,
and standard normal ε_k:

    θ ← θ − η [ḡ + √((1 − 1/m)/|B|) Σ ε_k (g_k − ḡ)/√(K − 1)].

ḡ has the covariance C/K, the rest that of (1 − 1/m) C/|B| in the mean: together C/|B|. Given the
samples the noise is Gaussian; of all of it only the part 1/m, that of ḡ, is not.
"""

import math
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from thermophoresis.config.dynamics.langevin import Langevin
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.draws import variates
from thermophoresis.draws.streams import key
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.beginning import initial_parameters
from thermophoresis.simulations.blocks import Block, cut
from thermophoresis.simulations.sgd.general import block_replicas
from thermophoresis.simulations.sgd.steppers import initial_state
from thermophoresis.simulations.state import named, part

# Whose variates they are.
PURPOSE = "langevin"


class Evolution:
    """How a run's ensemble moves; parameters and attributes as of `dynamics.sgd.Evolution`."""

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
        self._together = cast(Langevin, settings.dynamics).samples * settings.batch_size
        self.blocks = cut(settings.replicas, block_replicas(network, self._dtype, self._together))
        self.stepper = "langevin"

    def start(self, replicas: range) -> Block:
        """Return a block of replicas with initial parameters."""
        settings, device = self._settings, self._device
        return Block(
            lambda state: LangevinSteps(
                cast(TwoLayer | Layered, self._network),
                {name: value.to(device) for name, value in state.items()},
                replicas=replicas,
                seed=settings.seed,
                rate=settings.learning_rate,
                batch_size=settings.batch_size,
            ),
            initial_state(initial_parameters(settings, self._network, replicas)),
            self._source.stream(replicas, device=device),
            batch_size=self._together,
            record_steps=self._record_steps,
            device=device,
        )


class LangevinSteps:
    """Steps of a block of replicas; see `engine.Stepper`.

    Parameters
    ----------
    network
        The network.
    state
        What `steppers.initial_state` or `state` returned.
    replicas, seed
        Whose noise it is.
    rate, batch_size
        η, and |B| of the SGD that it stands for.
    """

    def __init__(
        self,
        network: TwoLayer | Layered,
        state: Mapping[str, Tensor],
        *,
        replicas: range,
        seed: int,
        rate: float,
        batch_size: int,
    ):
        self._network, self._rate, self._batch_size = network, rate, batch_size
        # Copies, which steps change.
        self._parameters = {it: value.clone() for it, value in part(state, "parameters").items()}
        self._steps = int(state["steps"])
        self._replicas, self._key = replicas, key(seed, PURPOSE)

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps, K for each."""
        together = sizes[0]
        self._x, self._y = x.split(together, 1), y.split(together, 1)  # type: ignore[no-untyped-call]
        steps = self._steps, len(sizes)
        dtype = next(iter(self._parameters.values())).dtype
        noise = variates.normal(
            self._key, self._replicas, *steps, together, dtype=dtype, device=x.device
        )
        self._weights = sample_weights(noise, self._batch_size).unbind(1)

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        for step in range(start, stop):
            found = self._network.gradient(
                self._parameters, self._x[step], self._y[step], self._weights[step]
            )
            for name, value in self._parameters.items():
                # Multiplied, then added: whether both are rounded must not depend on the place.
                value.sub_(found[name] * self._rate)
        self._steps += stop - start

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return {name: value.clone() for name, value in self._parameters.items()}

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that the steps to come depend on, but their samples."""
        return {**named("parameters", self.parameters()), "steps": torch.tensor(self._steps)}


def sample_weights(noise: Tensor, batch_size: int) -> Tensor:
    """Return the weight of each sample in a step: 1/K + √((1 − 1/m)/|B|) (ε_k − ε̄)/√(K − 1).

    Parameters
    ----------
    noise
        ε, (replica, step, K).
    batch_size
        |B|.
    """
    together = noise.shape[-1]
    scale = math.sqrt((1 - batch_size / together) / batch_size / (together - 1))
    # One after the other: no bit may depend on the place of a replica.
    total = noise[..., :1].clone()
    for k in range(1, together):
        total += noise[..., k : k + 1]
    return (noise - total / together) * scale + 1 / together
