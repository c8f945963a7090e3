"""Activation functions, with what backpropagation and the theory need of each.

The paper's networks have ReLUs. tanh is there because its second derivative does not vanish, so
that the Hessian and its Gauss–Newton part differ (`measurements.hessian_trace`). With the identity
a network is linear in its input, however deep, and all of its units are active: their rate is 1.
GELU is u Φ(u) with the normal distribution function Φ, exactly (Hendrycks & Gimpel, *Gaussian Error
Linear Units*, 2016). It is not monotonic, so that u cannot be found from a, and σ' is between
−0.13 and 1.13: its mean is no share of anything.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.networks.lanes import by_lanes


class Activation(NamedTuple):
    """An activation function σ with σ(0) = 0.

    Attributes
    ----------
    apply_
        Turns pre-activations u into a = σ(u), in place unless it ``keeps_u``.
    slope
        σ'(u) from u and a, where u may be None unless it ``keeps_u``; the one-sided derivative from
        below where a ReLU has none.
    secant
        σ(u)/u from u and a, between 0 and 1; σ'(0) where u = 0. It makes σ(u) = secant · u.
    keeps_u
        Whether u is kept, because a does not tell σ'(u).
    """

    apply_: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor | None, Tensor], Tensor]
    secant: Callable[[Tensor, Tensor], Tensor]
    keeps_u: bool = False


def _relu_slope(u: Tensor | None, a: Tensor) -> Tensor:
    return a.sign()  # a ≥ 0


def _relu_secant(u: Tensor, a: Tensor) -> Tensor:
    return a.sign()


def _tanh_slope(u: Tensor | None, a: Tensor) -> Tensor:
    return 1 - a**2


def _tanh_secant(u: Tensor, a: Tensor) -> Tensor:
    return torch.where(u == 0, 1.0, a / u)


def _unchanged(u: Tensor) -> Tensor:
    return u


def _identity_slope(u: Tensor | None, a: Tensor) -> Tensor:
    return torch.ones_like(a)


def _gelu(u: Tensor) -> Tensor:
    return by_lanes(torch.nn.functional.gelu, u)


def _gelu_slope(u: Tensor | None, a: Tensor) -> Tensor:
    assert u is not None
    return by_lanes(lambda u: _phi(u) + u * torch.exp(-(u**2) / 2) / math.sqrt(2 * math.pi), u)


def _gelu_secant(u: Tensor, a: Tensor) -> Tensor:
    return _phi(u)


def _phi(u: Tensor) -> Tensor:
    """Return Φ(u)."""
    return 0.5 * (1 + torch.erf(u / math.sqrt(2)))


ACTIVATIONS = {
    "relu": Activation(Tensor.relu_, _relu_slope, _relu_secant),
    "tanh": Activation(Tensor.tanh_, _tanh_slope, _tanh_secant),
    "gelu": Activation(_gelu, _gelu_slope, _gelu_secant, keeps_u=True),
    "identity": Activation(_unchanged, _identity_slope, _identity_slope),
}
