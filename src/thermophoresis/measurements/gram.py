"""The Gram matrix of the gradients of single samples, layer by layer, without these gradients.

Of a linear layer the gradient of one sample is the outer product δ aᵀ for the weights and δ for
the biases, so that those of two samples have the inner product (δ·δ')(a·a' + 1): all pairs take two
matrix products and no gradient. A convolution shares its kernel among the pixels s, its gradient is
Σ_s δ_s u_sᵀ with the patches u_s of the image; it is made for some output channels at a time, so
that memory stays bounded.

With G the Gram matrix of N samples, centred on both sides, G/N has the non-zero eigenvalues of
the covariance D = (1/N) Σ g gᵀ − ḡ ḡᵀ (Chaudhari & Soatto 2018, Eq. 2), whatever the number of
parameters, and Tr(D D') of two sets of parameters is ‖G'‖_F²/N² with the cross-Gram matrix G'.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.networks.convolution import windows
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.network import Parameters

# Numbers that are made at a time beside the matrix itself: gradients of convolutions, 64 MiB in
# float64; and inner products of what linear layers get, so many that they stay in a core's cache.
CHUNK_NUMBERS = 2**23
ROW_NUMBERS = 2**17


class Factors(NamedTuple):
    """What the gradients of one layer are made of.

    Attributes
    ----------
    layer
        The layer.
    a
        What it got, (sample, input), or (sample, channel, row, column).
    delta
        Gradient of every sample's loss with respect to its output, (sample, output), or
        (sample, channel, row, column).
    """

    layer: Linear | Convolution
    a: Tensor
    delta: Tensor


def factors(network: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> list[Factors]:
    """Return what the gradients of all samples are made of, from the last layer to the first.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters of one replica.
    x, y
        Inputs (sample, …) and labels (sample,).
    """
    inputs, logits = network.activations(parameters, x[None])
    layers = network.backward(parameters, inputs, network.residual(logits, y[None]))
    return [
        Factors(it.layer, it.a[0].flatten(1) if isinstance(it.layer, Linear) else it.a[0],
                it.delta[0])
        for it in layers
    ]  # fmt: skip


def gram(first: Sequence[Factors], second: Sequence[Factors] | None = None) -> Tensor:
    """Return the inner products of the gradients of samples.

    Parameters
    ----------
    first
        Of N samples, from `factors`.
    second
        Of the same network with other parameters or samples, N' of them; the same if left out.

    Returns
    -------
    Tensor
        Shape (N, N').
    """
    others = first if second is None else second
    total = first[0].delta.new_zeros(len(first[0].delta), len(others[0].delta))
    pairs = list(zip(first, others, strict=True))
    for own in _rows(total):
        # What is symmetric is made from the diagonal on.
        rest = slice(own.start if second is None else 0, None)
        for one, other in pairs:
            if isinstance(one.layer, Linear):
                inputs = one.a[own] @ other.a[rest].T
                if one.layer.bias:
                    inputs += 1
                total[own, rest].addcmul_(inputs, one.delta[own] @ other.delta[rest].T)
        if second is None:
            total[own.stop :, own] = total[own, own.stop :].T
    for one, other in pairs:
        if isinstance(one.layer, Convolution):
            for block, against in zip(_gradients(one), _gradients(other), strict=True):
                total.addmm_(block, against.T)
    return total


def centred(products: Tensor) -> Tensor:
    """Return inner products of vectors less their means, of both sets of vectors.

    Parameters
    ----------
    products
        Shape (N, N'); it is changed in place.
    """
    rows, columns = products.mean(1, keepdim=True), products.mean(0, keepdim=True)
    return products.add_(products.mean()).sub_(rows).sub_(columns)


def combinations(
    network: Layered, parameters: Parameters, x: Tensor, y: Tensor, weights: Tensor
) -> Tensor:
    """Return weighted sums of the gradients of samples, (sum, parameter).

    Parameters
    ----------
    network, parameters, x, y
        As of `factors`.
    weights
        Shape (sample, sum).

    Returns
    -------
    Tensor
        Parameters in the order of their names in ``parameters``.
    """
    count = weights.shape[1]
    stacked = {name: value.expand(count, *value.shape[1:]) for name, value in parameters.items()}
    found = network.gradient(
        stacked, x.expand(count, *x.shape), y.expand(count, *y.shape), weights.T.contiguous()
    )
    return torch.cat([found[name].flatten(1) for name in parameters], 1)


def _rows(total: Tensor) -> Iterator[slice]:
    """Yield rows of a matrix that are worked on together."""
    together = max(1, ROW_NUMBERS // total.shape[1])
    for first in range(0, len(total), together):
        yield slice(first, min(first + together, len(total)))


def _gradients(of: Factors) -> Iterator[Tensor]:
    """Yield the gradients of a convolution, (sample, parameter), some output channels at a time."""
    deltas = of.delta.flatten(2)
    if of.layer.bias:
        yield deltas.sum(2)
    kernel = of.a.shape[2] - of.delta.shape[2] + 1
    samples, outputs, pixels = deltas.shape
    patch = of.a.shape[1] * kernel**2
    channels = max(1, CHUNK_NUMBERS // (samples * patch))
    together = max(1, CHUNK_NUMBERS // (patch * pixels))
    for first in range(0, outputs, channels):
        block = deltas[:, first : first + channels]
        made = block.new_empty(samples, block.shape[1], patch)
        for begin in range(0, samples, together):
            own = slice(begin, begin + together)
            # Every sample is a replica of its own: patches are (sample, weight, pixel).
            patches = windows(of.a[own, None], kernel)
            torch.bmm(block[own], patches.mT, out=made[own])
        yield made.flatten(1)
