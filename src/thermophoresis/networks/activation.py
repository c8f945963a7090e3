"""Activation functions, with what backpropagation and the theory need of each.

The paper's networks have ReLUs. tanh is there because its second derivative does not vanish, so
that the Hessian and its Gauss–Newton part differ (`measurements.hessian_trace`). With the identity
a network is linear in its input, however deep, and all of its units are active: their rate is 1.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor


class Activation(NamedTuple):
    """An activation function σ with σ(0) = 0, 0 ≤ σ' ≤ 1.

    Attributes
    ----------
    apply_
        Turns pre-activations u into a = σ(u) in place.
    slope
        σ'(u) from a; the one-sided derivative from below where a ReLU has none.
    secant
        σ(u)/u from u and a, between 0 and 1; σ'(0) where u = 0. It makes σ(u) = secant · u.
    """

    apply_: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    secant: Callable[[Tensor, Tensor], Tensor]


def _relu_secant(u: Tensor, a: Tensor) -> Tensor:
    return a.sign()


def _tanh_slope(a: Tensor) -> Tensor:
    return 1 - a**2


def _tanh_secant(u: Tensor, a: Tensor) -> Tensor:
    return torch.where(u == 0, 1.0, a / u)


def _unchanged(u: Tensor) -> Tensor:
    return u


def _identity_secant(u: Tensor, a: Tensor) -> Tensor:
    return torch.ones_like(a)


ACTIVATIONS = {
    "relu": Activation(Tensor.relu_, torch.sign, _relu_secant),  # a ≥ 0, so sign(a) = σ'(u)
    "tanh": Activation(Tensor.tanh_, _tanh_slope, _tanh_secant),
    "identity": Activation(_unchanged, torch.ones_like, _identity_secant),
}
