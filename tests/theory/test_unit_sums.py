"""Sums over units and their derivatives, against automatic differentiation and quadrature."""

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from thermophoresis.theory import gaussian_units, unit_sums

REPLICAS, UNITS, INPUTS = 3, 4, 5


def drawn(seed=0):
    draw = np.random.default_rng(seed)
    w = draw.normal(size=(REPLICAS, UNITS, INPUTS)) * draw.choice([0.2, 1, 3], (REPLICAS, UNITS, 1))
    return w, draw.normal(size=(REPLICAS, UNITS)), draw.normal(size=(REPLICAS, UNITS))


def moments_in_torch(w, b):
    """E s, E h² and E s ‖x‖², as printed."""
    n = w.square().sum(-1).sqrt()
    z = b / n
    density = torch.exp(-(z**2) / 2) / (2 * torch.pi) ** 0.5
    rate = torch.special.ndtr(z)
    square = n**2 * ((1 + z**2) * rate + z * density)
    return rate, square, INPUTS * rate - z * density


def rate(w, b, v):
    return moments_in_torch(w, b)[0].mean()


def gradient_square(bias):
    def of(w, b, v):
        active, square, inputs = moments_in_torch(w, b)
        return (square + v**2 * (inputs + bias * active)).sum() / 4

    return of


CASES = {
    "activation_rate": (lambda w, b, v: gaussian_units.activation_rate(w, b), rate),
    "mean_bias": (lambda w, b, v: unit_sums.mean_bias(b), lambda w, b, v: b.mean()),
    "second_layer_square": (
        lambda w, b, v: unit_sums.second_layer_square(v),
        lambda w, b, v: v.square().sum(),
    ),
    "first_layer_square": (
        lambda w, b, v: unit_sums.first_layer_square(w),
        lambda w, b, v: w.square().sum(),
    ),
    "gradient_square": (
        lambda w, b, v: gaussian_units.gradient_square(w, b, v, bias=True),
        gradient_square(True),
    ),
    "gradient_square_without_biases": (
        lambda w, b, v: gaussian_units.gradient_square(w, b, v, bias=False),
        gradient_square(False),
    ),
    "nothing": (lambda w, b, v: unit_sums.nothing(v), lambda w, b, v: 0 * (w.sum() * v.sum())),
}


def dense(derivatives, w, replica):
    """Return gradient and Hessian of one replica, in the order w, b, V of each unit in turn."""
    size = INPUTS + 2
    gradient, hessian = np.zeros(UNITS * size), np.zeros((UNITS * size, UNITS * size))
    for unit in range(UNITS):
        d = {name: getattr(derivatives, name)[replica, unit] for name in derivatives._fields[1:]}
        one, own = w[replica, unit], slice(unit * size, (unit + 1) * size)
        gradient[own] = [*(d["w"] * one), d["b"], d["V"]]
        block = np.zeros((size, size))
        block[:INPUTS, :INPUTS] = d["identity"] * np.eye(INPUTS) + d["ww"] * np.outer(one, one)
        block[INPUTS, :INPUTS] = block[:INPUTS, INPUTS] = d["bw"] * one
        block[INPUTS + 1, :INPUTS] = block[:INPUTS, INPUTS + 1] = d["Vw"] * one
        block[INPUTS, INPUTS], block[INPUTS + 1, INPUTS + 1] = d["bb"], d["VV"]
        block[INPUTS, INPUTS + 1] = block[INPUTS + 1, INPUTS] = d["Vb"]
        hessian[own, own] = block
    return gradient, hessian


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_automatic_differentiation(name):
    w, b, v = drawn()
    found_of, value_of = CASES[name]
    found = found_of(w, b, v)
    for replica in range(REPLICAS):

        def of_flat(flat):
            units = flat.view(UNITS, INPUTS + 2)
            return value_of(units[:, :INPUTS], units[:, INPUTS], units[:, INPUTS + 1])

        own = [w[replica], b[replica, :, None], v[replica, :, None]]
        flat = torch.tensor(np.concatenate(own, 1).ravel(), requires_grad=True)
        value = of_flat(flat)
        (gradient,) = torch.autograd.grad(value, flat)
        hessian = torch.autograd.functional.hessian(of_flat, flat)
        assert found.value[replica] == pytest.approx(value.item(), rel=1e-13)
        own_gradient, own_hessian = dense(found, w, replica)
        scale = abs(hessian).max().item() + 1e-300
        np.testing.assert_allclose(own_gradient, gradient, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(own_hessian, hessian, rtol=1e-9, atol=1e-13 * scale)


def test_moments_are_integrals():
    w, b, _ = drawn(1)
    found = gaussian_units.moments(w, b)
    n = np.sqrt((w**2).sum(-1))
    for at in np.ndindex(b.shape):

        def mean(of, at=at):
            start = -b[at] / n[at]
            return integrate.quad(
                lambda t: of(b[at] + n[at] * t, t) * stats.norm.pdf(t), start, max(start, 0) + 12
            )[0]

        assert found.active[at] == pytest.approx(mean(lambda u, t: 1.0), rel=1e-8)
        assert found.first[at] == pytest.approx(mean(lambda u, t: u), rel=1e-8)
        assert found.second[at] == pytest.approx(mean(lambda u, t: u**2), rel=1e-8)
        # Along w, t; each of the other components has the mean square 1, whatever t is.
        expected = mean(lambda u, t: t**2 + INPUTS - 1)
        assert found.inputs[at] == pytest.approx(expected, rel=1e-8)


def test_far_out_there_is_no_slope_and_without_weights_no_number():
    w, b = np.zeros((1, 3, 2)), np.array([[1e3, -1e3, 1.0]])
    w[0, :2, 0] = 1e-2
    found = gaussian_units.activation_rate(w, b)
    np.testing.assert_array_equal(found.w[0], [0, 0, np.nan])
    np.testing.assert_array_equal(found.ww[0], [0, 0, np.nan])
    with_all = gaussian_units.gradient_square(w, b, np.ones((1, 3)), bias=True)
    assert np.isfinite(with_all.bb[0, :2]).all()
    assert with_all.bb[0, 1] == 0
