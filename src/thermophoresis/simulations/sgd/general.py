"""SGD with all that its settings can ask for, of any network that has a gradient.

With g_B the gradient of the mean loss of a batch B and g that of the whole training set, a step is

    g ← g + s (g_B − g),   g ← g + λ θ,   m ← μ m + g,   θ ← θ − η m   (Nesterov: η (g + μ m)),

as ``torch.optim.SGD`` has it: weight decay λ before momentum μ, whose buffer is the gradient at the
first step. Frozen parameters keep their values.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.lanes import REPLICAS
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.state import named, part

# More replicas share out the cost of calling torch; fewer stay in cache. A step of 10, 5,000 and
# 50,000 parameters with momentum took the least time for each replica with 128, 32 and 8 of them
# (float32, one core of an AMD EPYC).
BLOCK_REPLICAS = 128
BLOCK_BYTES = 2**20  # of parameters

# Samples of the training set whose gradients are taken together: enough to share out the cost of
# calling torch. The number of replicas does not enter, so that sums do not depend on it.
CHUNK_SAMPLES = 256

Gradient = Callable[[Parameters, Tensor, Tensor], Parameters]


def block_replicas(network: Network, dtype: torch.dtype, batch_size: int) -> int:
    """Return how many replicas to train together."""
    fitting = BLOCK_BYTES // (network.parameter_count * dtype.itemsize)
    return min(BLOCK_REPLICAS, max(1, -(-fitting // REPLICAS)) * REPLICAS)


def covers(network: Network, dynamics: SGD) -> bool:
    """Whether it can make the steps of a network: of any."""
    return True


def name(network: Network) -> str:
    """Return what files say of how steps were made."""
    return "general"


def replica_last(network: Network) -> bool:
    """Return that it wants samples with the replica first in memory."""
    return False


def make_stepper(
    network: Network,
    state: Mapping[str, Tensor],
    *,
    dynamics: SGD,
    rate: Callable[[int], float],
    batch_size: int,
    training_set: tuple[Tensor, Tensor] | None = None,
) -> "GeneralSGD":
    """Return SGD on a block of replicas; see `steppers.Steppers`."""
    return GeneralSGD(
        network.gradient, state, dynamics=dynamics, rate=rate, training_set=training_set
    )


class GeneralSGD:
    """SGD on a block of replicas; see `engine.Stepper`.

    A step is made of single products and sums of numbers, so that no bit depends on where in a
    block a replica is, if none of its gradient does.

    Parameters
    ----------
    gradient
        From stacked parameters, inputs (replica, sample, …) and labels (replica, sample) to the
        gradient of every replica's mean loss, named and shaped as the parameters.
    state
        What `steppers.initial_state` or `state` returned.
    dynamics
        Momentum and the others.
    rate
        η of the step that leads from a number of updates to the next.
    training_set
        All samples that there are, as of `Source.training_set`, where the noise is scaled.
    """

    def __init__(
        self,
        gradient: Gradient,
        state: Mapping[str, Tensor],
        *,
        dynamics: SGD,
        rate: Callable[[int], float],
        training_set: tuple[Tensor, Tensor] | None = None,
    ):
        self._gradient, self._dynamics, self._rate = gradient, dynamics, rate
        self._set = training_set
        # Copies, which steps change.
        self._parameters = {it: value.clone() for it, value in part(state, "parameters").items()}
        self._momentum = {it: value.clone() for it, value in part(state, "momentum").items()}
        self._steps = int(state["steps"])

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps; see `engine.Stepper.load`."""
        self._batches = list(zip(x.split(list(sizes), 1), y.split(list(sizes), 1), strict=True))  # type: ignore[no-untyped-call]

    def advance(self, start: int, stop: int) -> None:
        """Make the steps ``start`` to ``stop`` (exclusive) of the samples loaded last."""
        for x, y in self._batches[start:stop]:
            self._step(x, y)

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        return {name: value.clone() for name, value in self._parameters.items()}

    def state(self) -> dict[str, Tensor]:
        """Return a copy of all that the steps to come depend on, but their samples."""
        held = named("parameters", self._parameters) | named("momentum", self._momentum)
        copies = {name: value.clone() for name, value in held.items()}
        return copies | {"steps": torch.tensor(self._steps)}

    def _step(self, x: Tensor, y: Tensor) -> None:
        found, dynamics = self._noisy_gradient(x, y), self._dynamics
        rate = self._rate(self._steps)
        for name, value in self._parameters.items():
            if name in dynamics.freeze:
                continue
            gradient = found[name]
            # Multiplied, then added: whether both are rounded must not depend on the place.
            if dynamics.weight_decay:
                gradient = gradient + value * dynamics.weight_decay
            if dynamics.momentum:
                if name in self._momentum:
                    buffer = self._momentum[name].mul_(dynamics.momentum).add_(gradient)
                else:
                    buffer = self._momentum[name] = gradient.clone()
                gradient = gradient + buffer * dynamics.momentum if dynamics.nesterov else buffer
            value.sub_(gradient * rate)
        self._steps += 1

    def _noisy_gradient(self, x: Tensor, y: Tensor) -> Parameters:
        """Return the gradient of a batch, its noise scaled."""
        scale = self._dynamics.noise_scale
        if scale == 1:
            return self._gradient(self._parameters, x, y)
        assert self._set is not None
        full = full_gradient(self._gradient, self._parameters, self._set)
        if scale == 0:
            return full
        of_batch = self._gradient(self._parameters, x, y)
        return {name: full[name] + (of_batch[name] - full[name]) * scale for name in full}


def full_gradient(
    gradient: Gradient, parameters: Parameters, samples: tuple[Tensor, Tensor]
) -> Parameters:
    """Return the gradient of the mean loss of many samples, some at a time.

    Parameters
    ----------
    gradient
        As of `GeneralSGD`.
    parameters
        Stacked.
    samples
        Inputs (replica, sample, …) and labels (replica, sample); a leading axis of length 1 serves
        all replicas.
    """
    replicas = len(next(iter(parameters.values())))
    x, y = (value.expand(replicas, *value.shape[1:]) for value in samples)
    total: Parameters = {}
    for first in range(0, x.shape[1], CHUNK_SAMPLES):
        chunk = slice(first, first + CHUNK_SAMPLES)
        found = gradient(parameters, x[:, chunk], y[:, chunk])
        share = len(range(x.shape[1])[chunk]) / x.shape[1]
        for name, value in found.items():
            weighted = value * share
            total[name] = total[name] + weighted if name in total else weighted
    return total
