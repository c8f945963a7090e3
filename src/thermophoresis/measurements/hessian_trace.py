"""The trace of the Hessian by automatic differentiation, exactly or from random vectors.

Nothing of the closed forms of `gauss_newton` enters: the loss is written with torch's own layers
and differentiated twice. What is used besides is that the output of a layer is linear in its
weights. With u what leaves it, moving W by V moves u by r = V a, a being what it gets, and

    vᵀ H v = rᵀ (∂²ℓ/∂u²) r,

so that the layers before it need not be run, and each sample can have directions of its own. For a
linear layer the weights of all inputs add up: Tr H = (‖a‖² + 1) Tr ∂²ℓ/∂u², which takes as many
directions as there are outputs, not weights, and the 1 is that of a bias. In a convolution a weight
acts at many pixels, and a direction is what one weight sees, or all with random signs (Hutchinson
1989). Blocks of H between layers do not add to the trace: directions are in one layer each, since
one for all would make the variance much larger (30 times the standard error in the paper's deep
networks).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import vmap
from torch.nn import functional

from thermophoresis.networks.differentiable import run
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Layer, Linear
from thermophoresis.networks.losses.cross_entropy import CrossEntropy
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution

# The exact trace takes as many directions as a linear layer has outputs.
EXACT_OUTPUTS = 512
# Directions are followed together, to share the cost of calling torch, while the numbers that they
# are made of stay in a core's cache.
CHUNK_NUMBERS = 2**16


def is_small(network: Layered) -> bool:
    """Whether the exact trace is affordable: linear layers of at most `EXACT_OUTPUTS` outputs."""
    return all(map(_is_small, network.layers))


def _is_small(layer: Layer) -> bool:
    return isinstance(_unpooled(layer), Linear) and layer.outputs <= EXACT_OUTPUTS


def sample_losses(network: Layered, logits: Tensor, y: Tensor) -> Tensor:
    """Return the loss of every sample, written with torch's functions.

    Parameters
    ----------
    network
        The network, for its loss.
    logits, y
        Outputs (sample, class), or (sample, 1), and labels (sample,), 0/1 or class indices.

    Returns
    -------
    Tensor
        Shape (sample,), in nats.
    """
    if not isinstance(network.loss, CrossEntropy):
        return network.loss.of_samples(logits, y, network.classes)
    if network.classes is None:
        # softplus(z) − y z: torch's own function has no second derivative under vmap.
        return -functional.logsigmoid(-logits[:, 0]) - y * logits[:, 0]
    return functional.cross_entropy(logits, y, reduction="none")


class Block(NamedTuple):
    """One layer, and the loss as a function of what is added to its output.

    Attributes
    ----------
    layer
        Without the pooling in front of it.
    inputs
        What it gets, (replica, sample, …).
    offset
        What is added to its output: zeros, (replica, sample, …).
    slope
        Derivative of every sample's loss with respect to it, shaped as it, with its graph.
    """

    layer: Linear | Convolution
    inputs: Tensor
    offset: Tensor
    slope: Tensor

    def second_derivatives(self, directions: Tensor) -> Tensor:
        """Return rᵀ (∂²ℓ/∂u²) r of directions (direction, replica, sample, …), by sample."""
        (moved,) = torch.autograd.grad(
            self.slope, self.offset, directions, retain_graph=True, is_grads_batched=True
        )
        return (directions * moved).flatten(3).sum(3)


def blocks(network: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> list[Block]:
    """Return what differentiates the loss with respect to the output of each layer.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters.
    x, y
        Inputs (replica, sample, …) and labels (replica, sample).
    """
    with torch.no_grad():
        seen = vmap(lambda own, x: list(run(network, own, x)))(parameters, x)
    offsets = [torch.zeros_like(u).requires_grad_() for _, u in seen]

    def losses(own: Parameters, x: Tensor, y: Tensor, *offsets: Tensor) -> Tensor:
        *_, (_, logits) = run(network, own, x, offsets)
        return sample_losses(network, logits, y)

    total = vmap(losses)(parameters, x, y, *offsets).sum()
    slopes = torch.autograd.grad(total, offsets, create_graph=True)
    return [
        Block(_unpooled(layer), inputs, offset, slope)
        for layer, (inputs, _), offset, slope in zip(
            network.layers, seen, offsets, slopes, strict=True
        )
    ]


def exact_hessian_trace(network: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
    """Return Tr H of every sample.

    Parameters
    ----------
    network
        The network; meant for `is_small` ones. Others take a direction for each weight of their
        convolutions.
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
    x, y = (part.expand(len(parameters["W1"]), *part.shape[1:]) for part in (x, y))
    # Together if it is little: what all directions of the widest layer are made of.
    widest = max(torch.Size(layer.weight_shape).numel() for layer in network.layers)
    together = max(1, CHUNK_NUMBERS // (x.shape[1] * widest))
    found = []
    for first in range(0, len(x), together):
        part = slice(first, first + together)
        own = {name: value[part] for name, value in parameters.items()}
        each = map(_exact, blocks(network, own, x[part], y[part]))
        found.append(torch.stack(list(each)).sum(0))
    return torch.cat(found)


def stochastic_hessian_trace(
    network: Layered,
    parameters: Parameters,
    x: Tensor,
    y: Tensor,
    streams: Sequence[torch.Generator],
    vectors: int,
) -> Tensor:
    """Return independent unbiased estimates of Tr H.

    Small linear layers add their part exactly.

    Parameters
    ----------
    network, parameters, x, y
        As `exact_hessian_trace`.
    streams
        One random stream for each replica.
    vectors
        Number of estimates for each replica and sample.

    Returns
    -------
    Tensor
        Shape (replica, sample, vector), in nats; samples have other vectors.
    """
    found = []
    for replica, stream in enumerate(streams):
        own = {name: value[replica : replica + 1] for name, value in parameters.items()}
        probe = replica if len(x) > 1 else 0
        of_replica = x.new_zeros(vectors, 1, x.shape[1])
        for block in blocks(network, own, x[probe : probe + 1], y[probe : probe + 1]):
            if _is_small(block.layer):
                of_replica += _exact(block)
            else:
                of_replica += _estimates(block, vectors, stream)
        found.append(of_replica.permute(1, 2, 0))
    return torch.cat(found)


def _exact(block: Block) -> Tensor:
    """Return what a layer adds to the trace, (replica, sample)."""
    total = block.offset.new_zeros(block.offset.shape[:2])
    for directions, weight in _bases(block):
        total += (block.second_derivatives(directions) * weight).sum(0)
    return total


def _bases(block: Block) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield all directions of a layer, in chunks, and how often each counts."""
    layer, offset = block.layer, block.offset
    chunk = max(1, CHUNK_NUMBERS // offset.numel())
    if isinstance(layer, Linear):
        basis = torch.eye(layer.outputs, dtype=offset.dtype, device=offset.device)
        weight = _square(block)
        for rows in basis.split(chunk):  # type: ignore[no-untyped-call]  # by torch
            yield rows[:, None, None].expand(-1, *offset.shape), weight
        return
    seen = _windows(block)  # (replica, sample, weight, pixel)
    one = seen.new_ones(1)
    for output in range(layer.outputs):
        for part in seen.split(chunk, 2):  # type: ignore[no-untyped-call]  # by torch
            directions = offset.new_zeros(part.shape[2], *offset.shape)
            directions[:, :, :, output].flatten(3)[:] = part.movedim(2, 0)
            yield directions, one


def _estimates(block: Block, vectors: int, stream: torch.Generator) -> Tensor:
    """Return estimates of what a layer adds to the trace, (vector, replica, sample)."""
    layer, offset = block.layer, block.offset
    if isinstance(layer, Linear):
        signs = _signs((vectors, *offset.shape), offset, stream)
        return block.second_derivatives(signs) * _square(block)
    seen = _windows(block)
    signs = _signs((vectors, *offset.shape[:2], layer.outputs, seen.shape[2]), offset, stream)
    directions = (signs @ seen).view(vectors, *offset.shape)
    # Convolutions of several directions at a time are not faster.
    return torch.cat([block.second_derivatives(one[None]) for one in directions])


def _square(block: Block) -> Tensor:
    """Return ‖a‖² of what a linear layer gets, and the 1 of a bias, (replica, sample)."""
    square: Tensor = block.inputs.flatten(2).square().sum(2) + block.layer.bias
    return square


def _windows(block: Block) -> Tensor:
    """Return what each weight of a convolution sees, (replica, sample, weight, pixel)."""
    layer, a = block.layer, block.inputs
    assert isinstance(layer, Convolution)
    stride, padding = (
        (layer.stride, layer.padding) if isinstance(layer, StridedConvolution) else (1, 0)
    )
    seen = functional.unfold(a.flatten(0, 1), layer.kernel, padding=padding, stride=stride)
    if layer.bias:
        seen = torch.cat([seen, torch.ones_like(seen[:, :1])], 1)
    return seen.view(*a.shape[:2], *seen.shape[1:])


def _signs(shape: Sequence[int], like: Tensor, stream: torch.Generator) -> Tensor:
    """Draw −1 or +1 with equal probabilities."""
    drawn = torch.empty(*shape, dtype=like.dtype).random_(0, 2, generator=stream)
    return drawn.mul_(2).sub_(1).to(like.device)


def _unpooled(layer: Layer) -> Linear | Convolution:
    if isinstance(layer, Pooled):
        return layer.layer
    assert isinstance(layer, Linear | Convolution)
    return layer
