"""Gradients of single samples, and their moments over a set of samples.

With g_n the gradient of the loss of sample n, μ their mean over S samples and C their covariance,
unbiased as Σ (g_n − μ)(g_n − μ)ᵀ / (S − 1). They are made for as many samples at a time as take
bounded memory, each as the gradient of a replica with a single sample.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import LayerGradient
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context

# Gradients of so many samples are made together as have about this many entries, 8 MiB in float64.
# Replicas do not enter, so that sums over samples do not depend on how many there are.
CHUNK_NUMBERS = 2**20


class Gradients(NamedTuple):
    """Moments of the gradients of single samples, of every replica.

    Attributes
    ----------
    mean
        μ, (replica, parameter).
    variance
        The diagonal of C, (replica, parameter).
    deviation
        ‖g_n − μ‖², (replica, sample).
    projection
        (g_n − μ)·μ, (replica, sample).
    """

    mean: Tensor
    variance: Tensor
    deviation: Tensor
    projection: Tensor

    @classmethod
    def joined(cls, parts: Iterable["Gradients"]) -> "Gradients":
        """Return those of all replicas of several."""
        return cls(*map(torch.cat, zip(*parts, strict=True)))

    @property
    def samples(self) -> int:
        """Number of samples S."""
        return self.deviation.shape[1]

    @property
    def square_norm(self) -> Tensor:
        """‖μ‖², (replica,)."""
        return self.mean.square().sum(1)

    @property
    def covariance_trace(self) -> Tensor:
        """Tr C, (replica,)."""
        return self.deviation.sum(1) / (self.samples - 1)

    @property
    def projected_variance(self) -> Tensor:
        """The variance of g_n·μ, which is μᵀ C μ, (replica,)."""
        return self.projection.square().sum(1) / (self.samples - 1)


def ratio(of: Tensor, to: Tensor) -> Tensor:
    """Return a quotient of non-negative numbers, 0 where both are 0.

    So are they of a network that no sample moves: it has no signal, but no noise either.
    """
    return torch.where(of == 0, torch.zeros_like(of), of / to)


def gradients_of(context: Context) -> Gradients:
    """Return the moments of every replica over the probe set; to be asked of `Context.once`.

    Replicas are taken one after the other, so that none depends on the others.
    """
    return Gradients.joined(
        [moments(it.network, it.parameters, it.x[0], it.y[0]) for it in context.singles()]
    )


def moments(network: Network, parameters: Parameters, x: Tensor, y: Tensor) -> Gradients:
    """Return the moments of the gradients of single samples.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters of one replica, float64.
    x, y
        Inputs (sample, …) and labels (sample,); at least two.

    Returns
    -------
    Gradients
        With one replica.
    """
    cuts = _cuts(parameters, len(x))

    def made() -> Iterator[Tensor]:
        for own in cuts:
            yield per_sample_gradients(network, parameters, x[own], y[own])

    # Made twice only where memory does not hold them.
    chunks = list(made()) if len(cuts) == 1 else None
    mean = torch.stack([chunk.sum(0) for chunk in chunks or made()]).sum(0) / len(x)
    variance, deviation, projection = torch.zeros_like(mean), [], []
    for chunk in chunks or made():
        chunk = chunk - mean
        projection.append(chunk @ mean)
        squares = chunk.square()
        deviation.append(squares.sum(1))
        variance += squares.sum(0)
    return Gradients(
        mean[None],
        variance[None] / (len(x) - 1),
        torch.cat(deviation)[None],
        torch.cat(projection)[None],
    )


def per_sample_gradients(network: Network, parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient of the loss of every sample, (sample, parameter).

    Parameters
    ----------
    network, parameters, x, y
        As for `moments`.
    """
    x, y = x[:, None], y[:, None]
    if isinstance(network, TwoLayer | Layered):
        chain, views = network.as_layered(parameters)
        lanes = _lanes(views, len(x))
        inputs, logits = chain.activations(lanes, x)
        return _flat(chain.backward(lanes, inputs, chain.residual(logits, y)))
    found = network.gradient(_lanes(parameters, len(x)), x, y)
    return torch.cat([found[name].flatten(1) for name in parameters], 1)


def gauss_newton_diagonal(network: TwoLayer | Layered, parameters: Parameters, x: Tensor) -> Tensor:
    """Return the diagonal of the Gauss–Newton matrix of the mean loss, (parameter,).

    With the Jacobian J of a sample's logits and P = R Rᵀ the Hessian of its loss with respect to
    them, it is the mean over samples of the sums of squares in the rows of Jᵀ R. Parameters are in
    the order of `per_sample_gradients`; others as for `moments`.
    """
    chain, views = network.as_layered(parameters)
    total = torch.zeros(chain.parameter_count, dtype=x.dtype, device=x.device)
    for own in _cuts(parameters, len(x)):
        lanes = _lanes(views, own.stop - own.start)
        inputs, logits = chain.activations(lanes, x[own][:, None])
        values, vectors = torch.linalg.eigh(chain.loss.output_hessian(logits, chain.classes))
        root = vectors * values.clamp(min=0).sqrt()[..., None, :]
        for column in root.unbind(-1):
            total += _flat(chain.backward(lanes, inputs, column)).square().sum(0)
    return total / len(x)


def _cuts(parameters: Parameters, samples: int) -> Sequence[slice]:
    """Cut samples into those that are worked on together."""
    size = sum(value[0].numel() for value in parameters.values())
    together = max(1, CHUNK_NUMBERS // size)
    starts = range(0, samples, together)
    return [slice(start, min(start + together, samples)) for start in starts]


def _lanes(parameters: Parameters, samples: int) -> Parameters:
    """Return the parameters of one replica as those of one for every sample."""
    return {name: value.expand(samples, *value.shape[1:]) for name, value in parameters.items()}


def _flat(layers: Iterable[LayerGradient]) -> Tensor:
    """Return the gradients of all layers, (sample, parameter), from the last layer to the first."""
    parts = ((it.weight, it.bias) for it in layers)
    return torch.cat([it.flatten(1) for part in parts for it in part if it is not None], 1)
