"""Activation rates for uniform inputs against exact arithmetic, Gauss nodes and sampling."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from numpy.polynomial.legendre import leggauss

from thermophoresis.theory.uniform_rate import activation_rate

STEP = Fraction(1, 10**9)


def exact(w):
    """Return P(w·x > 0), the volume of the part of a cube behind a plane, as a fraction.

    Where a weight is negative, 1 − x takes the place of x. Of Σ a x ≤ s with a > 0 it is
    Σ (−1)^|S| max(s − a(S), 0)^M / (M! Π a), over the subsets S.
    """
    a, s = [abs(it) for it in w], sum(abs(it) for it in w if it < 0)
    total = Fraction(0)
    for chosen in itertools.product((0, 1), repeat=len(a)):
        rest = s - sum(one * of for one, of in zip(a, chosen, strict=True))
        total += (-1) ** sum(chosen) * max(rest, Fraction(0)) ** len(a)
    return 1 - total / (math.factorial(len(a)) * math.prod(a))


def differences(w):
    """Return gradient and Hessian from differences without any rounding."""

    def at(**steps):
        return exact([it + STEP * steps.get(f"_{j}", 0) for j, it in enumerate(w)])

    def moved(*moves):
        steps = {}
        for j, sign in moves:
            steps[f"_{j}"] = steps.get(f"_{j}", 0) + sign
        return at(**steps)

    many, signs = range(len(w)), (1, -1)
    gradient = [(moved((i, 1)) - moved((i, -1))) / (2 * STEP) for i in many]
    hessian = [
        [
            sum(p * q * moved((i, p), (j, q)) for p in signs for q in signs) / (4 * STEP**2)
            for j in many
        ]
        for i in many
    ]
    return np.array(gradient, float), np.array(hessian, float)


@pytest.mark.parametrize(
    "w",
    [
        (3, -2, 5, 1),
        (1, -1, 2, -3, 4),
        (7, 5, 3, -1),
        (-4, -3, -5, 2),
        (3, -2, 5, 1, -6, 2),
        (1, 2, 3, 4, -9),  # 10 > 9: nearly all on one side
    ],
)
def test_rate_and_derivatives_are_exact(w):
    fractions = [Fraction(it, 7) for it in w]
    found = activation_rate(np.array(fractions, float))
    gradient, hessian = differences(fractions)
    assert found.value == pytest.approx(float(exact(fractions)), abs=1e-10)
    np.testing.assert_allclose(found.gradient, gradient, rtol=0, atol=1e-8 * abs(gradient).max())
    np.testing.assert_allclose(found.hessian, hessian, rtol=0, atol=1e-6 * abs(hessian).max())


def by_gauss(w, nodes=400):
    """Return the rate, gradient and Hessian from the integral of Gil-Pelaez by Gauss nodes."""
    t, weight = (torch.tensor(it) for it in leggauss(nodes))

    def of(weights):
        end = 120 / weights.detach().norm()
        s = end * (t + 1) / 2
        half = s[:, None] * weights / 2
        characteristic = torch.sin(half.sum(1)) * torch.sinc(half / torch.pi).prod(1)
        return 0.5 + (end * weight / 2 * characteristic / s).sum() / torch.pi

    w = torch.tensor(w, requires_grad=True)
    value = of(w)
    (gradient,) = torch.autograd.grad(value, w)
    return value.item(), gradient.numpy(), torch.autograd.functional.hessian(of, w).numpy()


def test_ten_inputs_against_gauss_nodes():
    w = np.random.default_rng(0).uniform(-1, 1, (6, 10)) / 10**0.5
    found = activation_rate(w)
    for row in range(len(w)):
        value, gradient, hessian = by_gauss(w[row])
        assert found.value[row] == pytest.approx(value, abs=1e-9)
        np.testing.assert_allclose(found.gradient[row], gradient, rtol=0, atol=1e-7)
        scale = abs(hessian).max()
        np.testing.assert_allclose(found.hessian[row], hessian, rtol=0, atol=1e-6 * scale)


def test_what_is_left_out_is_below_the_tolerance():
    w = np.random.default_rng(1).normal(size=(200, 10)) * np.geomspace(0.05, 1, 10)
    largest = np.maximum(np.maximum(w, 0).sum(1), np.maximum(-w, 0).sum(1))[:, None, None]
    fine = activation_rate(w, 1e-13)
    errors = []
    for tolerance in (1e-4, 1e-6, 1e-8):
        found = activation_rate(w, tolerance)
        errors.append(abs((found.hessian - fine.hessian) * largest**2).max())
        assert errors[-1] < tolerance
        assert abs((found.gradient - fine.gradient) * largest[..., 0]).max() < tolerance
        assert abs(found.value - fine.value).max() < tolerance
    assert errors[0] > 100 * errors[1] > 0  # so it is this that decides


def test_rates_are_those_of_samples():
    draw = np.random.default_rng(2)
    w = draw.normal(size=(8, 10))
    samples = 100_000
    rates = (draw.random((samples, 10)) @ w.T > 0).mean(0)
    np.testing.assert_allclose(activation_rate(w).value, rates, rtol=0, atol=5 * 0.5 / samples**0.5)


def test_length_plays_no_role():
    w = np.random.default_rng(3).normal(size=(3, 50, 10))
    found, large = activation_rate(w), activation_rate(1e3 * w)
    assert found.value.shape == (3, 50)
    assert found.hessian.shape == (3, 50, 10, 10)
    np.testing.assert_allclose(large.value, found.value, rtol=1e-12)
    np.testing.assert_allclose(large.hessian, found.hessian * 1e-6, rtol=0, atol=1e-15)
    steps = np.einsum("rui,rui->ru", w, found.gradient)
    bends = np.einsum("rui,ruij,ruj->ru", w, found.hessian, w)
    np.testing.assert_allclose(steps, 0, atol=1e-9)
    np.testing.assert_allclose(bends, 0, atol=1e-7)
    turned = np.einsum("ruij,ruj->rui", found.hessian, w)
    np.testing.assert_allclose(turned, -found.gradient, rtol=0, atol=1e-7)


def test_weights_of_one_sign():
    w = np.random.default_rng(4).random((100, 10)) + 1e-3
    for sign, rate in ((1, 1), (-1, 0)):
        found = activation_rate(sign * w)
        np.testing.assert_allclose(found.value, rate, atol=1e-10)
        np.testing.assert_allclose(found.gradient, 0, atol=1e-9)
        np.testing.assert_allclose(found.hessian, 0, atol=1e-8)
    w[:, 0] = -1e-9  # nearly
    assert abs(activation_rate(w).value - 1).max() < 1e-10


def test_without_weights_there_is_no_number():
    w = np.ones((4, 3))
    w[0], w[1, 1], w[2, 1] = 0, np.nan, np.inf
    found = activation_rate(w)
    np.testing.assert_array_equal(np.isnan(found.value), [True, True, True, False])
    np.testing.assert_array_equal(np.isnan(found.hessian).all((1, 2)), [True, True, True, False])
    with pytest.raises(ValueError, match="2 inputs"):
        activation_rate(w[:, :2])
