"""The upper bound of the Hessian's trace (Eqs. 60–64), as derived and as printed.

With u^l = W^l h^{l−1} + b^l what leaves layer l, h^l = σ(u^l) and h^0 = x, every sample has its own
diagonal matrices D_l = diag σ'(u^l) and S_l = diag σ(u^l)/u^l; for ReLU both are its activation
mask. The gradients are ∂z/∂W^l = δ^l (h^{l−1})ᵀ with δ^l = W^L D_{L−1} … W^{l+1} D_l, and since the
Frobenius norm is submultiplicative,

    ‖δ^l‖_F² ≤ Π_{n=l+1}^{L} ‖W^n D_{n−1}‖_F²  for l < L,    ‖δ^L‖_F² = ‖1‖_F² = C,

    ‖h^l‖² = ‖S_l [W^l b^l] (h^{l−1}, 1)‖² ≤ ‖S_l [W^l b^l]‖_F² (‖h^{l−1}‖² + 1),  hence
    ‖h^l‖² ≤ α_l  with  α_0 = ‖x‖²,  α_l = ‖S_l [W^l b^l]‖_F² (α_{l−1} + 1),

    Tr K = Σ_l ‖δ^l‖_F² (‖h^{l−1}‖² + 1) ≤ Σ_l (α_{l−1} + 1) ‖δ^l‖_F²

(without the "+ 1" in layers without bias). For a convolution, W^n stands for the matrix of the
linear map. A weight acts at every pixel s, on the windows v_s of the input, and by Cauchy–Schwarz
‖Σ_s δ_s (v_s, 1)ᵀ‖_F² ≤ ‖δ‖_F² Σ_s (‖v_s‖² + 1). As Σ_s ‖v_s‖² ≤ k² ‖h‖², the term of such a layer
is (k² α_{l−1} + number of pixels) ‖δ^l‖_F². With stride s a pixel is in at most ⌈k/s⌉² windows, and
padding adds zeros. Pooling M in front of a layer makes W^n M D_{n−1} of W^n D_{n−1}, and of α_{l−1}
a bound of the pooled ‖M h‖²: itself for the largest value, 1/s² of it for the mean of s × s values.

Eq. 63 as printed, Tr K ≤ ‖X‖₂ Σ_l Π_{n<l} ‖σW^n‖_F² Π_{n>l} ‖W^nσ'‖_F², differs from this:

- The norm of the input is not squared, as on the left side, so that it fails for large inputs.
- The factor C of the last layer is missing: the sum over outputs in Eq. 55 leaves Σ_μ δ_μμ = C.
- There are no biases, neither as parameters nor in what they add to the activations.
- Each weight acts once, so that convolutions are not covered.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.networks.convolution import convolve_transposed
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Layer, Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution


class KernelBound(NamedTuple):
    """Upper bounds of Tr K, each (replica, sample); times Tr P they bound Tr(P K).

    Attributes
    ----------
    derived
        That which holds.
    printed
        The right-hand side of Eq. 63, literally.
    """

    derived: Tensor
    printed: Tensor


def kernel_trace_bound(network: Layered, parameters: Parameters, x: Tensor) -> KernelBound:
    """Evaluate both readings of the bound for every sample.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters, float64.
    x
        Inputs, (replica, sample, …), float64.
    """
    forward, forward_printed = [(x.flatten(2) ** 2).sum(2)], [x.flatten(2).norm(dim=2)]
    backward = []
    pixels = []
    h = u = x
    depth = len(network.layers)
    for number, layer in enumerate(network.layers, start=1):
        weight, bias = parameters[f"W{number}"], parameters.get(f"b{number}")
        if isinstance(layer, Pooled) and layer.kind == "average":
            forward[-1] = forward[-1] / layer.size**2
        before, u = u, layer.forward(h, weight, bias)
        if number > 1:
            slope = network.sigma.slope(before, h)
            backward.append(_masked_columns(layer, h, weight, u, slope))
        pixels.append(u[0, 0].numel() // layer.outputs)
        if number == depth:
            break
        h = network.sigma.apply_(u.clone())
        secant = network.sigma.secant(u, h)
        if type(layer) in (Linear, Convolution):
            of_weights = _masked_rows(weight, secant)
        else:  # at the edges, weights that act on padding are not in the matrix
            squares = layer.forward(torch.ones_like(before[:, :1]), weight**2, None)
            of_weights = (secant**2 * squares).flatten(2).sum(2)
        of_biases = 0 if bias is None else _masked_rows(bias, secant)
        forward.append((of_weights + of_biases) * (forward[-1] + layer.bias))
        forward_printed.append(of_weights * forward_printed[-1])

    outputs = network.layers[-1].outputs
    derived = printed = torch.zeros_like(forward[0])
    behind = torch.ones_like(forward[0])  # the product over the layers behind the present one
    for index in range(depth - 1, -1, -1):
        layer = network.layers[index]
        square = _windows(layer) * forward[index] + layer.bias * pixels[index]
        derived = derived + square * (outputs if index == depth - 1 else behind)
        printed = printed + forward_printed[index] * behind
        if index:
            behind = behind * backward[index - 1]
    return KernelBound(derived, printed)


def _masked_rows(parameter: Tensor, secant: Tensor) -> Tensor:
    """Return ‖S W‖_F² or ‖S b‖²: each row counts with the squares of its unit's secants."""
    of_units = (parameter**2).reshape(*parameter.shape[:2], -1).sum(2)
    # Every pixel of a channel is a row with the channel's weights.
    of_masks = (secant**2).reshape(*secant.shape[:3], -1).sum(3)
    return torch.einsum("rso,ro->rs", of_masks, of_units)


def _masked_columns(layer: Layer, a: Tensor, weight: Tensor, u: Tensor, slope: Tensor) -> Tensor:
    """Return ‖W D‖_F²: each column of W counts with the square of the slope in front of it.

    Parameters
    ----------
    layer, a, weight, u
        The layer, what it gets, its weights and what leaves it.
    slope
        σ' in front of it.
    """
    if isinstance(layer, Linear):
        return torch.einsum("rsi,ri->rs", (slope**2).flatten(2), (weight**2).sum(1))
    plain, seen, ones = layer.plain(a, weight.new_ones(len(weight), 1, *u.shape[2:]))
    if isinstance(plain, Linear):
        of_columns = (weight**2).sum(1).view(len(weight), 1, *seen.shape[2:])
    else:
        of_columns = convolve_transposed(weight**2, ones)
    # A pixel is in one window of a pooling at most: its column is one of W times its share there.
    share = layer.pull(a, torch.ones_like(seen))
    of_columns = layer.pull(a, of_columns.expand(seen.shape)) * share
    return ((slope**2) * of_columns).flatten(2).sum(2)


def _windows(layer: Layer) -> int:
    """Return how many windows of a layer's kernel a pixel is in at most."""
    if isinstance(layer, Pooled):
        return _windows(layer.layer)
    if isinstance(layer, Convolution):
        stride = layer.stride if isinstance(layer, StridedConvolution) else 1
        return math.ceil(layer.kernel / stride) ** 2
    return 1
