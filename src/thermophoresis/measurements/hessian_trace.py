"""The trace of the Hessian by automatic differentiation, exactly or from random vectors.

Nothing of the closed forms of `observables.curvature` enters: the loss is written with torch's own
layers, and vᵀHv is the second derivative along v, from forward-mode differentiation applied twice.
(The trace estimators of curvlinops return neither their standard error nor take a generator; that
library is the oracle in the tests instead.)
"""

import warnings
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.func import jvp, vmap
from torch.nn import functional

from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.losses.cross_entropy import CrossEntropy
from thermophoresis.networks.network import Parameters

with warnings.catch_warnings():
    # torch loads this at the first forward-mode derivative; it uses what torch itself deprecates.
    warnings.simplefilter("ignore", FutureWarning)
    import torch._decomp.decompositions_for_jvp

# The exact trace takes as many directions as there are parameters.
EXACT_PARAMETERS = 256
# Directions are followed together, to share the cost of calling torch, while directions times
# samples times parameters, which bounds what they take, are about this many.
CHUNK_NUMBERS = 2**16


def is_small(network: Layered) -> bool:
    """Whether the exact trace is affordable: at most `EXACT_PARAMETERS` parameters."""
    return network.parameter_count <= EXACT_PARAMETERS


def sample_losses(network: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
    """Return the loss of every sample for one replica, written with torch's layers.

    Parameters
    ----------
    network
        The network.
    parameters
        Of one replica, without the leading axis.
    x, y
        Inputs (sample, …) and labels (sample,), 0/1 or class indices.

    Returns
    -------
    Tensor
        Shape (sample,), in nats.
    """
    x = logits(network, parameters, x)
    if not isinstance(network.loss, CrossEntropy):
        return network.loss.of_samples(x, y, network.classes)
    if network.classes is None:
        # softplus(z) − y z: torch's own function has no second derivative under vmap.
        return -functional.logsigmoid(-x[:, 0]) - y * x[:, 0]
    return functional.cross_entropy(x, y, reduction="none")


def second_derivatives(
    network: Layered, parameters: Parameters, direction: Parameters, x: Tensor, y: Tensor
) -> Tensor:
    """Return vᵀ H v of every sample for one replica.

    Parameters
    ----------
    network, parameters, x, y
        As `sample_losses`.
    direction
        v, named and shaped as the parameters; it is zero in those that it lacks.

    Returns
    -------
    Tensor
        Shape (sample,), in nats.
    """
    moved = {name: parameters[name] for name in direction}

    def losses(at: Parameters) -> Tensor:
        return sample_losses(network, parameters | at, x, y)

    def slopes(at: Parameters) -> Tensor:
        return jvp(losses, (at,), (direction,))[1]  # type: ignore[no-any-return]  # torch: Any

    return jvp(slopes, (moved,), (direction,))[1]  # type: ignore[no-any-return]  # torch: Any


def exact_hessian_trace(network: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
    """Return Tr H of every sample: the sum of the diagonal of the Hessian.

    Parameters
    ----------
    network
        The network; meant for small ones (`is_small`), as it takes P directions.
    parameters
        Stacked parameters, float64.
    x, y
        Inputs (replica, sample, …) and labels (replica, sample); a leading axis of length 1 serves
        all replicas.

    Returns
    -------
    Tensor
        Shape (replica, sample), in nats.
    """
    replicas = len(parameters["W1"])
    basis = _unstack(torch.eye(network.parameter_count, dtype=x.dtype, device=x.device), parameters)
    chunk = max(1, CHUNK_NUMBERS // (x.shape[1] * network.parameter_count))

    def of_replica(parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
        def of_direction(direction: Parameters) -> Tensor:
            return second_derivatives(network, parameters, direction, x, y)

        return vmap(of_direction)(basis).sum(0)

    x, y = (part.expand(replicas, *part.shape[1:]) for part in (x, y))
    return vmap(of_replica, chunk_size=chunk)(parameters, x, y)


def stochastic_hessian_trace(
    network: Layered,
    parameters: Parameters,
    x: Tensor,
    y: Tensor,
    streams: Sequence[torch.Generator],
    vectors: int,
) -> Tensor:
    """Return independent unbiased estimates of Tr H (Hutchinson 1989).

    Each is Σ vᵀ H v over vectors v with random signs in one of the network's tensors of weights or
    biases and zeros elsewhere. A vector for all parameters at once would have the same expectation,
    but a much larger variance (30 times the standard error in the paper's deep networks), from the
    blocks of H between layers, which do not add to the trace.

    Parameters
    ----------
    network, parameters, x, y
        As `exact_hessian_trace`.
    streams
        One random stream for each replica.
    vectors
        Number of estimates for each replica.

    Returns
    -------
    Tensor
        Shape (replica, sample, vector), in nats; the vectors are the same for all samples.
    """
    chunk = max(1, CHUNK_NUMBERS // (x.shape[1] * network.parameter_count))
    estimates = []
    for replica, stream in enumerate(streams):
        own = {name: value[replica] for name, value in parameters.items()}
        probe = replica if len(x) > 1 else 0

        def along(direction: Parameters, own: Parameters = own, probe: int = probe) -> Tensor:
            return second_derivatives(network, own, direction, x[probe], y[probe])

        estimates.append(
            sum(
                vmap(along, chunk_size=chunk)({name: _signs(vectors, value, stream)})
                for name, value in own.items()
            ).T  # type: ignore[union-attr]  # 0 only of a network without parameters
        )
    return torch.stack(estimates)


def _signs(vectors: int, like: Tensor, stream: torch.Generator) -> Tensor:
    """Draw −1 or +1 with equal probabilities, (vector, …) with the shape of a tensor."""
    drawn = torch.empty(vectors, *like.shape, dtype=like.dtype).random_(0, 2, generator=stream)
    return drawn.mul_(2).sub_(1).to(like.device)


def _unstack(rows: Tensor, parameters: Parameters) -> Parameters:
    """Cut (row, P) into tensors (row, …) shaped as the stacked parameters behind the replica."""
    shapes = {name: value.shape[1:] for name, value in parameters.items()}
    # torch does not type `split`.
    parts = rows.split([shape.numel() for shape in shapes.values()], 1)  # type: ignore[no-untyped-call]
    return {
        name: part.reshape(len(rows), *shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }
