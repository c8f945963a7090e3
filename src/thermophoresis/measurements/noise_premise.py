"""How fast the variance of the noise changes with the parameters, beside the gradient.

Theorem 1 of Jastrzębski et al. (2018) has the premise |∇σ²| ≪ 2|B||g|η, with σ² = Tr C/d. What its
proof leaves out of ηgP + (η²/2|B|)∇(σ²P) = 0 is (η²/2|B|)P∇σ² beside ηgP: so it must be
|∇σ²| ≪ 2|B||g|/η. Both are evaluated.

Where C is no multiple of the identity, what is left out is ∇·C, and Tr C/d is no variance of any
direction in which SGD moves. Of noise in one direction u, C = s uuᵀ with s = Tr C, it is u(u·∇s):
up to |∇Tr C|, which is d times |∇σ²|.
"""

import torch
from torch import Tensor
from torch.func import grad, vmap

from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters


def noise_gradient(chain: Layered, parameters: Parameters, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient of Tr C with respect to the parameters of one replica, (parameter,).

    Parameters
    ----------
    chain, parameters
        One replica, its parameters stacked, float64.
    x, y
        Inputs (sample, …) and labels (sample,).
    """

    def of_sample(own: Parameters, x: Tensor, y: Tensor) -> Tensor:
        outputs = logits(chain, own, x[None])
        return chain.loss.of_samples(outputs, y[None], chain.classes)[0]

    def trace(own: Parameters) -> Tensor:
        each = vmap(grad(of_sample), (None, 0, 0))(own, x, y)
        parts = [it.flatten(1) for it in each.values()]
        square = sum((it.square().sum(1).mean() for it in parts), x.new_zeros(()))
        return square - sum((it.mean(0).square().sum() for it in parts), x.new_zeros(()))

    found = grad(trace)({name: it[0] for name, it in parameters.items()})
    return torch.cat([it.flatten() for it in found.values()])


def premises(
    slope: float, gradient: float, dimension: int, *, rate: float, batch_size: int
) -> tuple[float, float]:
    """Return |∇σ²| over 2|B||g|/η and over 2|B||g|η.

    Parameters
    ----------
    slope, gradient
        |∇ Tr C| and |g|.
    dimension
        d, of σ² = Tr C/d.
    rate, batch_size
        η and |B|.
    """
    ratio = slope / dimension / (2 * batch_size * gradient) if gradient else float("inf")
    return ratio * rate, ratio / rate
