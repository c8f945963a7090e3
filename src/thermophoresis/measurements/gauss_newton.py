"""The Gauss–Newton part of the Hessian, sample by sample, in closed form (Appendix A.8).

With logits z, the loss of one sample has the Hessian (Eq. 46)

    H = Σ_cd (∂z_c/∂w) P_cd (∂z_d/∂w)ᵀ + Σ_c (p − y)_c ∂²z_c/∂w²,    P = ∂²ℓ/∂z².

The first term is the generalised Gauss–Newton matrix. Its trace is Tr(P K) with the C×C kernel
K_cd = ⟨∂z_c/∂w, ∂z_d/∂w⟩ (Eqs. 50, 53), which takes one forward pass and C passes backward.

For activation functions that are piecewise linear the trace of the second term is zero, so that
Tr H = Tr(P K) exactly: along any single weight every z_c is piecewise linear, hence ∂²z_c/∂w_i² = 0
wherever z is differentiable, which is almost everywhere. (This is about the diagonal: for weights
of different layers ∂²z_c/∂w_i∂w_j does not vanish.) It takes layers whose output is linear in each
of their weights, and weights that belong to one layer each. Convolutions are such layers, even
though a weight acts at many pixels; normalisation layers are not.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.measurements.transposed import transpose_sparse
from thermophoresis.networks.convolution import convolve_transposed, windows
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Inputs, Linear
from thermophoresis.networks.network import Parameters


class Curvature(NamedTuple):
    """Traces of one sample's Gauss–Newton matrix and its factors, each (replica, sample).

    Attributes
    ----------
    ggn_trace
        Tr(P K), in nats for cross entropy.
    trace_P
        Tr P: for cross entropy Σ_c p_c (1 − p_c), or p (1 − p) for a single logit.
    trace_K
        Tr K = Σ_c ‖∂z_c/∂w‖².
    """

    ggn_trace: Tensor
    trace_P: Tensor
    trace_K: Tensor


def curvature(network: Layered, parameters: Parameters, x: Tensor) -> Curvature:
    """Return the traces of P, K and P K of every sample.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters, float64.
    x
        Inputs, (replica, sample, …), float64. They need no labels.
    """
    inputs, logits = network.activations(parameters, x)
    P = output_hessian(network, logits)
    K = output_kernel(network, parameters, inputs, logits.shape[2])
    trace_P, trace_K = (M.diagonal(dim1=2, dim2=3).sum(2) for M in (P, K))
    return Curvature((P * K).sum((2, 3)), trace_P, trace_K)


def output_hessian(network: Layered, logits: Tensor) -> Tensor:
    """Return P = ∂²ℓ/∂z² (Eq. 43), which does not depend on the label.

    For cross entropy it is diag(p) − p pᵀ, or p (1 − p) for a single logit; for the squared error
    the identity.

    Parameters
    ----------
    network
        The network: a single logit or classes.
    logits
        z, (replica, sample, class).

    Returns
    -------
    Tensor
        Shape (replica, sample, class, class).
    """
    return network.loss.output_hessian(logits, network.classes)


def output_kernel(network: Layered, parameters: Parameters, inputs: Inputs, outputs: int) -> Tensor:
    """Return K_cd = Σ_w (∂z_c/∂w)(∂z_d/∂w) over all weights and biases (Eq. 53).

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters.
    inputs
        What each layer got, from `Layered.activations`.
    outputs
        Number of logits C.

    Returns
    -------
    Tensor
        Shape (replica, sample, class, class).
    """
    replicas, samples = inputs[0].shape[:2]
    # ∂z_c/∂u with u what leaves a layer, (replica, sample, class, …); at the end, the identity.
    identity = torch.eye(outputs, dtype=inputs[0].dtype, device=inputs[0].device)
    delta = identity.expand(replicas, samples, outputs, outputs)
    kernel = torch.zeros_like(delta)
    for number in range(len(network.layers), 0, -1):
        weight, of_chain = parameters[f"W{number}"], network.layers[number - 1]
        layer, a, delta = of_chain.plain(inputs[number - 1], delta)
        # What takes a layer of one kind, found by its kind, has no type in common.
        kernel = kernel + _LAYER_KERNELS[type(layer)](layer, a, delta)  # type: ignore[operator]
        if number == 1:
            return kernel  # type: ignore[no-any-return]  # for the same reason
        below = _BACKWARD[type(layer)](weight, delta).view(*delta.shape[:3], *a.shape[2:])
        below = of_chain.pull(inputs[number - 1], below)
        delta = below * network.slope(inputs, number - 1)[:, :, None]
    return kernel


def _linear_kernel(layer: Linear, a: Tensor, delta: Tensor) -> Tensor:
    # ∂z_c/∂W = δ_c aᵀ (Eq. 55), ∂z_c/∂b = δ_c.
    square = (a.flatten(2) ** 2).sum(2) + layer.bias
    return (delta @ delta.mT) * square[..., None, None]


def _convolution_kernel(layer: Convolution, a: Tensor, delta: Tensor) -> Tensor:
    # A weight is used at every pixel s: ∂z_c/∂W = Σ_s δ_cs u_sᵀ with the windows u_s.
    replicas, samples, outputs = delta.shape[:3]
    seen = windows(a.flatten(0, 1)[:, None], layer.kernel)
    flat = delta.reshape(replicas * samples, outputs, layer.outputs, -1)
    gradient = torch.bmm(flat.flatten(1, 2), seen.mT).view(replicas * samples, outputs, -1)
    if layer.bias:
        gradient = torch.cat([gradient, flat.sum(3)], 2)
    return (gradient @ gradient.mT).view(replicas, samples, outputs, outputs)


def _linear_backward(weight: Tensor, delta: Tensor) -> Tensor:
    return torch.bmm(delta.flatten(1, 2), weight)


def _convolution_backward(weight: Tensor, delta: Tensor) -> Tensor:
    if delta.is_cuda:
        return convolve_transposed(weight, delta.flatten(1, 2)).contiguous()
    return transpose_sparse(weight, delta).flatten(1, 2)


_LAYER_KERNELS = {Linear: _linear_kernel, Convolution: _convolution_kernel}
_BACKWARD = {Linear: _linear_backward, Convolution: _convolution_backward}
