"""Closed forms of the double well against quadrature, differences and continuation."""

import numpy as np
import pytest
from scipy import integrate, optimize

from thermophoresis.theory import double_well as well

PLACES = np.random.default_rng(0).uniform(-1.5, 1.5, (20, 2))


def integral(function):
    """Return the integral over the plane, by a rule that knows nothing of the module's own."""
    found, _ = integrate.dblquad(lambda v, u: function(np.array([u, v])), -6, 6, -9, 9, epsabs=1e-9)
    return found


def difference(function, x, axis, step=1e-5):
    moved = np.zeros(2)
    moved[axis] = step
    return (function(x + moved) - function(x - moved)) / (2 * step)


def test_the_force_is_as_printed():
    radius = (PLACES**2).sum(axis=1)
    printed = 0.7 * np.exp(well.potential(PLACES) - radius**2 / 4)
    expected = printed[:, None] * np.stack([-PLACES[:, 1], PLACES[:, 0]], axis=1)
    np.testing.assert_allclose(well.force(PLACES, 0.7), expected, rtol=1e-13)
    for axis in range(2):
        slope = difference(well.potential, PLACES, axis)
        np.testing.assert_allclose(well.potential_gradient(PLACES)[:, axis], slope, atol=1e-9)


def test_divergences():
    def divergence(function):
        return sum(difference(lambda x, a=a: function(x)[..., a], PLACES, a) for a in range(2))

    for found, function in (
        (well.force_divergence(PLACES, 0.7), lambda x: well.force(x, 0.7)),
        (well.drift_divergence(PLACES, 0.7), lambda x: well.drift(x, 0.7)),
    ):
        np.testing.assert_allclose(found, divergence(function), atol=1e-8)
    along = (well.force(PLACES, 0.7) * well.potential_gradient(PLACES)).sum(axis=1)
    np.testing.assert_allclose(well.force_divergence(PLACES, 0.7), along, atol=1e-13)
    assert np.abs(along).max() > 0.1


def test_curl_and_eigenvalues():
    def jacobian(x, strength):
        return np.stack([difference(lambda y: well.drift(y, strength), x, a) for a in range(2)], 1)

    origin = jacobian(np.zeros(2), 1.3)
    assert well.curl_at_origin(1.3) == pytest.approx(origin[1, 0] - origin[0, 1], rel=1e-8)
    for x, strength in ((np.zeros(2), 0.4), (np.array([0.3, -0.8]), 1.3)):
        expected = np.sort_complex(np.linalg.eigvals(jacobian(x, strength)))
        found = np.sort_complex(well.eigenvalues(x, strength))
        np.testing.assert_allclose(found, expected, atol=1e-7)


def test_zeros_are_followed_until_they_meet():
    place = np.array([1.0, 0.0])
    for strength in np.linspace(0, 0.75, 26):
        place = optimize.fsolve(lambda x, s=strength: well.drift(x, s), place, xtol=1e-11)
        np.testing.assert_allclose(well.zero(strength), place, atol=1e-9)
    near = well.MERGING_STRENGTH * (1 - 1e-6)
    assert 0 < np.linalg.norm(well.zero(near)) < 0.01
    assert np.isnan(well.zero(well.MERGING_STRENGTH)).all()


def test_what_zeros_are():
    def kind(x, strength):
        return well.kind_of(well.eigenvalues(x, strength))

    origin = np.zeros(2)
    assert kind(origin, 0.0) == kind(origin, 0.7) == "saddle"
    assert kind(origin, 0.8) == "centre"
    assert kind(well.zero(0.3), 0.3) == "stable node"
    assert kind(well.zero(0.7), 0.7) == "stable focus"
    assert well.kind_of(np.array([1.0, 2.0])) == "unstable node"


def test_means_in_closed_form():
    z = integral(lambda x: np.exp(-well.potential(x)))
    assert well.normalisation() == pytest.approx(z, rel=1e-9)

    def turning(x):
        force = well.force(x, 0.7)
        squared = max((x**2).sum(), 1e-300)
        return (x[0] * force[1] - x[1] * force[0]) / squared * np.exp(-well.potential(x))

    assert well.turns(0.7) == pytest.approx(integral(turning) / (2 * np.pi * z), rel=1e-7)
    produced = integral(lambda x: (well.force(x, 0.7) ** 2).sum() * np.exp(-well.potential(x)))
    assert well.entropy_production(0.7) == pytest.approx(produced / z, rel=1e-7)


@pytest.mark.parametrize("beta", [1.0, 16.0])
def test_being_near_the_origin(beta):
    def density(x):
        return np.exp(-beta * well.potential(x))

    def within(u):
        half = np.sqrt(0.16 - u**2)
        return integrate.quad(lambda v: density(np.array([u, v])), -half, half)[0]

    expected = integrate.quad(within, -0.4, 0.4)[0] / integral(density)
    assert well.near_origin(0.4, beta) == pytest.approx(expected, rel=1e-6)
