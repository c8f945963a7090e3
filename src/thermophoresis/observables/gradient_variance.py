"""Variance of the per-sample gradient, layer by layer, without storing per-sample gradients.

The unbiased variance of P gradient entries over S samples, averaged over the entries, is

    (1/P) Σ_p Var_n[∂_p ℓ_n] = S/(S−1) · (Σ_n ‖∇ℓ_n‖² / S − ‖Σ_n ∇ℓ_n / S‖²) / P,

so that every layer only has to contribute the squares of its per-sample gradients, summed
(`linear_square_norm`, `convolution_square_norm`), and the gradient of the mean loss.
"""

import torch
from torch import Tensor

from thermophoresis.networks.convolution import convolve_weight_gradient, windows
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Inputs, Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context

OF_PARAMETERS = False

# Per-sample gradients of a convolution are made for as many samples at a time as take about this
# much memory with what they are made of: with 1 MiB or less calls take the time, with 16 MiB or
# more the data leave the cache (2 to 8 MiB took the same, measured for layers of 8×8 to 24×24
# pixels in float64).
CHUNK_BYTES = 2**22
# On a GPU, what calls take matters more: a part of its memory.
CHUNK_BYTES_ON_GPU = 2**28


def gradient_variance(
    square_norm_sum: Tensor, mean_gradient_square: Tensor, samples: int, parameters: int
) -> Tensor:
    """Return (1/P) Σ_p Var_n[∂_p ℓ_n] with Bessel's correction.

    The difference of two numbers of which it may be a small part: give them in float64.

    Parameters
    ----------
    square_norm_sum
        Σ_n ‖∇ℓ_n‖² over the samples and all layers, (replica,).
    mean_gradient_square
        ‖Σ_n ∇ℓ_n / S‖² over all layers, (replica,).
    samples
        Number of samples S, at least two.
    parameters
        Number of parameters P of one replica.

    Returns
    -------
    Tensor
        Shape (replica,), in squared nats for a loss in nats and parameters without dimension.
    """
    return (square_norm_sum / samples - mean_gradient_square) * (
        samples / ((samples - 1) * parameters)
    )


def linear_square_norm(a: Tensor, delta: Tensor, *, bias: bool) -> Tensor:
    """Return Σ_n ‖∇ℓ_n‖² of the parameters of a linear layer.

    The gradient of one sample is the outer product δ aᵀ for the weights and δ for the bias, its
    square ‖δ‖² (‖a‖² + 1).

    Parameters
    ----------
    a
        Inputs of the layer, (replica, sample, in).
    delta
        Gradient of every sample's loss with respect to the layer's output, (replica, sample, out).
    bias
        Whether the layer has a bias.

    Returns
    -------
    Tensor
        Shape (replica,).
    """
    inputs, outputs = (torch.linalg.vector_norm(value, dim=2) ** 2 for value in (a, delta))
    return (outputs * (inputs + bias)).sum(1)  # type: ignore[no-any-return]  # torch: Any


def convolution_square_norm(
    x: Tensor, delta: Tensor, *, bias: bool, chunk_bytes: int | None = None
) -> Tensor:
    """Return Σ_n ‖∇ℓ_n‖² of the parameters of a convolution (`networks.convolution`).

    A kernel is shared by all pixels s of the output, so that the gradient of one sample is a sum
    of outer products, Σ_s δ_s u_sᵀ with the windows u_s of the input. Its square is taken of the
    gradients themselves, made for a few samples at a time, or as Σ_{s,s'} (u_s·u_s')(δ_s·δ_s'),
    where that takes fewer operations: with few pixels.

    Parameters
    ----------
    x
        Inputs of the layer, (replica, sample, in, row, column).
    delta
        Gradient of every sample's loss with respect to the layer's output,
        (replica, sample, out, row − k + 1, column − k + 1).
    bias
        Whether the layer has a bias.
    chunk_bytes
        Samples of about this size, with what is made of them, are worked on together; None for
        what suits the device.

    Returns
    -------
    Tensor
        Shape (replica,).
    """
    # Every sample is a replica of its own: gradients are summed over an axis of length one.
    images, deltas = x.flatten(0, 1)[:, None], delta.flatten(0, 1)[:, None]
    if gram_is_cheaper(*_sizes(x, delta)):
        of_chunk = _square_norms_from_gram_matrices
    else:
        of_chunk = _square_norms_of_gradients
    if chunk_bytes is None:
        chunk_bytes = CHUNK_BYTES_ON_GPU if x.is_cuda else CHUNK_BYTES
    chunk = max(1, chunk_bytes // (numbers_of_a_sample(x, delta) * x.element_size()))
    # torch does not type `split`.
    norms = [
        of_chunk(images_chunk, deltas_chunk, bias)
        for images_chunk, deltas_chunk in zip(images.split(chunk), deltas.split(chunk), strict=True)  # type: ignore[no-untyped-call]
    ]
    return torch.cat(norms).view(x.shape[:2]).sum(1)


def gram_is_cheaper(pixels: int, weights: int, outputs: int) -> bool:
    """Whether a convolution's Gram matrices take fewer multiplications than its gradients.

    Parameters
    ----------
    pixels
        Number of pixels of the output.
    weights
        Number of weights of one output channel, in · k².
    outputs
        Number of output channels.
    """
    return pixels**2 * (weights + outputs) < pixels * weights * outputs


def numbers_of_a_sample(x: Tensor, delta: Tensor) -> int:
    """Return about how many numbers `convolution_square_norm` makes for each sample."""
    pixels, weights, outputs = _sizes(x, delta)
    if gram_is_cheaper(pixels, weights, outputs):
        return pixels * (weights + outputs + 2 * pixels)
    kernel = x.shape[3] - delta.shape[3] + 1
    return kernel * (x.shape[2] + outputs) * delta.shape[3] * x.shape[4] + weights * outputs


def _sizes(x: Tensor, delta: Tensor) -> tuple[int, int, int]:
    """Return pixels of the output, weights of one output channel, and output channels."""
    kernel = x.shape[3] - delta.shape[3] + 1
    return delta.shape[3] * delta.shape[4], x.shape[2] * kernel**2, delta.shape[2]


def _square_norms_of_gradients(images: Tensor, deltas: Tensor, bias: bool) -> Tensor:
    """Return ‖∇ℓ_n‖² for samples on the leading axis, by making the gradients."""
    norms = (convolve_weight_gradient(images, deltas) ** 2).sum((1, 2, 3, 4))
    if bias:
        norms += (deltas.sum((1, 3, 4)) ** 2).sum(1)
    return norms


def _square_norms_from_gram_matrices(images: Tensor, deltas: Tensor, bias: bool) -> Tensor:
    """Return ‖∇ℓ_n‖² for samples on the leading axis, from products of pairs of pixels."""
    patches = windows(images, images.shape[3] - deltas.shape[3] + 1)
    deltas = deltas.flatten(3)[:, 0]
    products = torch.bmm(patches.mT, patches)
    products += bias  # a bias is the weight of a constant input
    return (products * torch.bmm(deltas.mT, deltas)).sum((1, 2))


def two_layer_gradient_variance(
    x: Tensor, hidden: Tensor, residual: Tensor, second: Tensor, *, bias: bool
) -> Tensor:
    """Return (1/P) Σ_p Var_n[∂_p ℓ_n] of the two-layer network with binary cross entropy.

    With r = p − y and s = σ'(Wx+b), the gradient of one sample is r σ(Wx+b) for V, δ = r V s for
    b and δ xᵀ for W (A.6).

    Parameters
    ----------
    x
        Probe inputs, (replica, sample, input); at least two samples.
    hidden
        σ(Wx+b), (replica, sample, hidden).
    residual
        p − y, (replica, sample).
    second
        Second-layer weights V, (replica, hidden).
    bias
        Whether the network has biases.

    Returns
    -------
    Tensor
        Shape (replica,): variances over the samples with Bessel's correction, averaged over the P
        parameters. Loss in nats, parameters dimensionless.
    """
    samples = x.shape[1]
    delta = (hidden > 0) * second[:, None] * residual[..., None]
    squares = linear_square_norm(hidden, residual[..., None], bias=False)
    squares += linear_square_norm(x, delta, bias=bias)
    means = [
        torch.einsum("rs,rsn->rn", residual, hidden) / samples,
        torch.bmm(delta.transpose(1, 2), x).flatten(1) / samples,
    ]
    if bias:
        means.append(delta.mean(1))
    mean = torch.cat(means, dim=1)
    return gradient_variance(squares, (mean**2).sum(1), samples, mean.shape[1])


def layered_gradient_variance(
    network: Layered, parameters: Parameters, inputs: Inputs, residual: Tensor
) -> Tensor:
    """Return (1/P) Σ_p Var_n[∂_p ℓ_n] of a chain of layers.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters.
    inputs
        What each layer got, from `Layered.activations`.
    residual
        p − y, (replica, sample, class); at least two samples.

    Returns
    -------
    Tensor
        Shape (replica,), as of `two_layer_gradient_variance`.
    """
    samples = residual.shape[1]
    square = mean_square = residual.new_zeros(len(residual))
    for layer, a, delta, weight, bias in network.backward(parameters, inputs, residual):
        square = square + (
            linear_square_norm(a.flatten(2), delta, bias=layer.bias)
            if isinstance(layer, Linear)
            else convolution_square_norm(a, delta, bias=layer.bias)
        )
        for gradient in (weight,) if bias is None else (weight, bias):
            mean_square = mean_square + ((gradient / samples) ** 2).flatten(1).sum(1)
    return gradient_variance(square, mean_square, samples, network.parameter_count)


def observe(context: Context) -> Tensor:
    """Return the variance of the per-sample gradient of every replica, (replica,)."""
    network = context.network
    if context.compiled is not None:
        found, samples = context.compiled.gradients(context.residual), context.x.shape[1]
        mean_square = found.square_of_total / samples**2
        return gradient_variance(found.squares, mean_square, samples, network.parameter_count)
    parameters = context.parameters
    if isinstance(network, Layered):
        return layered_gradient_variance(network, parameters, context.inputs, context.residual)
    if not isinstance(network, TwoLayer):
        moments = network.gradient_moments(parameters, context.x, context.y)
        return gradient_variance(*moments, context.x.shape[1], network.parameter_count)
    return two_layer_gradient_variance(
        context.x, context.inputs[1], context.residual[..., 0], parameters["V"], bias=network.bias
    )
