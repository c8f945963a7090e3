"""Sums over the hidden units of f(x) = Σ_i V_i max(w_i·x + b_i, 0), with their derivatives.

A function of V, b and n = ‖w‖ of each unit has first and second derivatives that are numbers times
1, w, the identity and w wᵀ. What is here does not depend on the distribution of x.
"""

from typing import NamedTuple

import numpy as np


class Derivatives(NamedTuple):
    """A sum over units with its first and second derivatives; no two units share one.

    Attributes
    ----------
    value
        (replica,).
    V, b, w
        ∂_V and ∂_b; ∂_w is ``w`` times the weights. Here and below (replica, unit).
    VV, Vb, Vw, bb, bw
        Second derivatives; those with w are numbers times the weights.
    identity, ww
        ∂_ww is ``identity`` times the identity plus ``ww`` times w wᵀ.
    """

    value: np.ndarray
    V: np.ndarray
    b: np.ndarray
    w: np.ndarray
    VV: np.ndarray
    Vb: np.ndarray
    Vw: np.ndarray
    bb: np.ndarray
    bw: np.ndarray
    identity: np.ndarray
    ww: np.ndarray


def nothing(v: np.ndarray) -> Derivatives:
    """Return 0; v is (replica, unit)."""
    return _of(np.zeros(len(v)), np.zeros_like(v))


def mean_bias(b: np.ndarray) -> Derivatives:
    """Return (1/N) Σ b, whose expansion ends with the first order; b is (replica, unit)."""
    none = np.zeros_like(b)
    return _of(b.mean(-1), none, b=np.full_like(b, 1 / b.shape[-1]))


def second_layer_square(v: np.ndarray) -> Derivatives:
    """Return ‖V‖², a quadratic function: its expansion ends with the second order."""
    none = np.zeros_like(v)
    return _of((v**2).sum(-1), none, V=2 * v, VV=np.full_like(v, 2.0))


def first_layer_square(w: np.ndarray) -> Derivatives:
    """Return ‖W‖²_F, a quadratic function; w is (replica, unit, input)."""
    none = np.zeros(w.shape[:-1])
    two = np.full_like(none, 2.0)
    return _of((w**2).sum((-1, -2)), none, w=two, identity=two)


def _of(value: np.ndarray, none: np.ndarray, **given: np.ndarray) -> Derivatives:
    """Return derivatives that are 0 but for those that are given."""
    return Derivatives(value, **{name: none for name in Derivatives._fields[1:]} | given)
