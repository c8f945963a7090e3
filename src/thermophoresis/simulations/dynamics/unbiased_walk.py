"""The random walk that SGD would be if its residuals were symmetric noise (Wei & Schwab, Eq. 2).

With f the logit of a network, SGD on binary cross entropy subtracts η/|B| Σ (p − y) ∇f from the
parameters. Here a coin takes the place of the residual p − y of every sample,

    θ ← θ − η/|B| Σ r ∇f(x),   r = ±½ with equal probabilities,

which depends on nothing. A step is therefore 0 in the mean whatever the parameters are: each of
them is a martingale. ‖V‖² grows in the mean, by η²/(4|B|) E‖h‖² in a step where h is what V gets.
That is `surgery` with all parameters following the noise, ½ − y, of labels that are nobody else's.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from thermophoresis.data import samples
from thermophoresis.draws import variates
from thermophoresis.draws.streams import key
from thermophoresis.simulations.blocks import Stream
from thermophoresis.simulations.dynamics import surgery
from thermophoresis.simulations.state import named, part

# Whose coins they are: their key has the name of the kind.
PURPOSE = "unbiased_walk"


class Evolution(surgery.Evolution):
    """How a run's ensemble walks; parameters and attributes as of `dynamics.sgd.Evolution`."""

    @property
    def _modes(self) -> dict[str, str]:
        return dict.fromkeys(self._network.parameter_dimensions, "noise")

    def _stream(self, replicas: range) -> Stream:
        stream = self._source.stream(replicas, device=self._device, replica_last=self._replica_last)
        return TossedLabels(stream, self._settings.seed, replicas, self._dtype)


class TossedLabels:
    """Training inputs as SGD sees them, each with a coin 0 or 1 in the place of its label.

    Parameters
    ----------
    stream
        Where the inputs come from; its labels are drawn and left.
    seed, replicas
        Whose coins they are.
    dtype
        Floating-point type of the coins.
    """

    def __init__(self, stream: samples.Stream, seed: int, replicas: range, dtype: torch.dtype):
        self._stream, self._replicas, self._dtype = stream, replicas, dtype
        self._key, self._position = key(seed, PURPOSE), 0
        self.bytes_per_sample = stream.bytes_per_sample

    def take(self, count: int) -> tuple[Tensor, Tensor]:
        """Draw inputs (replica, sample, …) and coins (replica, sample); as `Stream.take`."""
        x, _ = self._stream.take(count)
        coins = variates.integers(
            self._key, self._replicas, self._position, count, 2, dtype=self._dtype
        )
        self._position += count
        return x, 1 - coins

    def state(self) -> dict[str, Tensor]:
        """Return all that the draws to come depend on; as `Stream.state`."""
        coins = {"coins": torch.tensor(self._position)}
        return {**named("samples", self._stream.state()), **coins}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to a state."""
        self._stream.restore(part(state, "samples"))
        self._position = int(state["coins"])
