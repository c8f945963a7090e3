"""Closed forms of A.6 and Property A.1, against quadrature, and A.2 where it can be had exactly."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.polynomial.hermite_e import hermegauss

from thermophoresis.theory.unit_moments import unit_moments

NUMBERS = st.floats(-3, 3)
STEPS = st.floats(0, 2)


def by_quadrature(second, weights, bias):
    """Return h_V, h_w, h_b and the rate by integrals over t = w·x/‖w‖ beyond the kink."""
    n = np.linalg.norm(weights)
    # On t > −z alone the integrands are smooth.
    nodes, w = np.polynomial.legendre.leggauss(400)
    low, high = max(-bias / n, -12.0), 12.0
    if low >= high:
        return 0.0, np.zeros_like(weights), 0.0, 0.0
    t = (high - low) / 2 * nodes + (high + low) / 2
    mass = w * (high - low) / 2 * np.exp(-(t**2) / 2) / np.sqrt(2 * np.pi)
    e = weights / n
    rate = mass.sum()
    # x_j given t is normal with mean e_j t and variance 1 − e_j².
    of_weights = [((1 - it**2 + it**2 * t**2) * mass).sum() for it in e]
    return (
        ((n * t + bias) ** 2 * mass).sum(),
        second**2 * np.array(of_weights),
        second**2 * rate,
        rate,
    )


@settings(max_examples=50)
@given(v=NUMBERS, w=st.lists(NUMBERS, min_size=3, max_size=3), b=NUMBERS)
def test_moments_are_those_of_quadrature(v, w, b):
    w = np.array(w) + 0.25 * np.sign(w) + (np.abs(w) < 1e-3)
    found = unit_moments(np.array(v), w, np.array(b))
    for value, expected in zip(found, by_quadrature(v, w, b), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-8, atol=1e-10)


def test_moments_are_those_of_samples():
    rng = np.random.default_rng(3)
    w, b, v = rng.normal(size=3), -0.4, 1.3
    x = rng.normal(size=(400_000, 3))
    u = x @ w + b
    active = u > 0
    found = unit_moments(np.array(v), w, np.array(b))
    expected = ((u * active) ** 2, (v * x * active[:, None]) ** 2, v**2 * active, active * 1.0)
    for value, samples in zip(found, expected, strict=True):
        error = samples.std(0) / len(samples) ** 0.5
        assert (np.abs(value - samples.mean(0)) < 5 * error).all()


@settings(max_examples=100)
@given(
    v=NUMBERS,
    w=st.lists(NUMBERS, min_size=3, max_size=3),
    b=NUMBERS,
    up=st.tuples(STEPS, STEPS),
    flip=st.booleans(),
)
def test_property_a1_in_exact_expectation(v, w, b, up, flip):
    w = np.array(w) + (np.abs(w).max() < 1e-3)
    larger = (abs(v) + up[0]) * (-1 if flip else 1)
    low, high = (
        unit_moments(np.array(second), w, np.array(bias))
        for second, bias in ((v, b), (larger, b + up[1]))
    )
    for one, other in zip(low, high, strict=True):
        assert (one <= other + 1e-12 * (1 + np.abs(other))).all()


def test_without_one_of_its_premises_a1_fails():
    w = np.array([1.0, 0.5])
    low, high = unit_moments(np.array(2.0), w, np.array(0.0)), unit_moments(
        np.array(1.0), w, np.array(0.3))  # fmt: skip
    assert high.second_weight > low.second_weight
    assert high.bias < low.bias
    # With Gaussian input smaller weights do not lower every moment: A.2 is of x ≥ 0.
    less = unit_moments(np.array(2.0), np.array([1.0, -2.0]), np.array(-0.5))
    more = unit_moments(np.array(2.0), np.array([1.0, 0.0]), np.array(-0.5))
    assert more.activation_rate < less.activation_rate


def exact_uniform(v, w, b):
    """Return h_V, h_w, h_b and the rate for one x ~ U(0, 1), as fractions."""
    if w == 0:
        low, high = (Fraction(0), Fraction(1)) if b > 0 else (Fraction(0), Fraction(0))
    elif w > 0:
        low, high = min(max(-b / w, Fraction(0)), Fraction(1)), Fraction(1)
    else:
        low, high = Fraction(0), max(min(-b / w, Fraction(1)), Fraction(0))
    powers = [(high**k - low**k) / k for k in (1, 2, 3)]
    return (
        w**2 * powers[2] + 2 * w * b * powers[1] + b**2 * powers[0],
        v**2 * powers[2],
        v**2 * powers[0],
        powers[0],
    )


FRACTIONS = st.fractions(-3, 3, max_denominator=16)
UP = st.fractions(0, 2, max_denominator=16)


@settings(max_examples=200)
@given(v=FRACTIONS, w=FRACTIONS, b=FRACTIONS, up=st.tuples(UP, UP, UP))
def test_property_a2_in_exact_arithmetic(v, w, b, up):
    low = exact_uniform(v, w, b)
    high = exact_uniform(abs(v) + up[0], w + up[1], b + up[2])
    assert all(one <= other for one, other in zip(low, high, strict=True))


def test_exact_moments_are_those_of_samples():
    x = (np.arange(200_000) + 0.5) / 200_000
    for w, b in ((1.5, -0.4), (-1.5, 0.4), (0.5, 0.2), (-0.5, -0.1)):
        u = w * x + b
        active = u > 0
        found = exact_uniform(Fraction(2), Fraction(w), Fraction(b))
        expected = ((u * active) ** 2, 4 * x**2 * active, 4.0 * active, 1.0 * active)
        for value, samples in zip(found, expected, strict=True):
            assert float(value) == pytest.approx(samples.mean(), abs=1e-4)


def test_v_squared_grows_under_eq_2():
    # E[(V − ηγh)²] − V² = η² E γ²h²: by both signs of γ, at nodes of a quadrature.
    v, w, b, eta = 0.7, np.array([1.0, -2.0]), 0.3, 0.05
    nodes, mass = hermegauss(200)
    mass = mass / mass.sum()
    h = np.maximum(np.linalg.norm(w) * nodes + b, 0)
    both = [mass @ ((v - eta * sign * h / 2) ** 2 - v**2) for sign in (-1, 1)]
    expected = eta**2 / 4 * unit_moments(np.array(v), w, np.array(b)).second_weight
    assert np.mean(both) == pytest.approx(expected, rel=1e-3)
    assert np.mean(both) > 0
