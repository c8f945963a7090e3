"""Variance of the per-sample gradient, in closed form: no per-sample gradient is materialised."""

import torch
from torch import Tensor


def two_layer_gradient_variance(
    x: Tensor, hidden: Tensor, residual: Tensor, second: Tensor, *, bias: bool
) -> Tensor:
    """Return (1/P) Σ_p Var_n[∂_p ℓ_n] of the two-layer network with binary cross entropy.

    With r = p − y and s = σ'(Wx+b), the gradient of one sample is r σ(Wx+b) for V, δ = r V s for
    b and δ xᵀ for W (A.6), so that the sum of its squares is r² Σ σ² + ‖δ‖² (1 + ‖x‖²), and the
    mean of the W part is one matrix product.

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
    square = (residual**2 * (hidden**2).sum(2)).mean(1)
    square += ((delta**2).sum(2) * ((x**2).sum(2) + bias)).mean(1)
    means = [
        torch.einsum("rs,rsn->rn", residual, hidden) / samples,
        torch.bmm(delta.transpose(1, 2), x).flatten(1) / samples,
    ]
    if bias:
        means.append(delta.mean(1))
    mean = torch.cat(means, dim=1)
    return (square - (mean**2).sum(1)) * (samples / (samples - 1)) / mean.shape[1]
