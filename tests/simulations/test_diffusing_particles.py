"""Particles by Euler and Maruyama: moments, one Brownian path at two steps, draws that stay."""

import numpy as np
import pytest

from thermophoresis.draws.streams import key
from thermophoresis.simulations import diffusing_particles as particles

KEY = key(3, "test of particles")
ROOT = np.array([[1.0, 0.0], [0.6, 0.5]])


def ends(halved, *, time_step=0.1, count=30, spread=ROOT, shape=(8, 500, 2)):
    last = None
    for before, after, force, force_after in particles.steps(
        np.zeros(shape),
        lambda x: -x,
        spread,
        KEY,
        temperature=0.5,
        time_step=time_step,
        count=count,
        halved=halved,
    ):
        np.testing.assert_array_equal(force, -before)
        np.testing.assert_array_equal(force_after, -after)
        last = after
    return last


def test_moments_are_those_of_the_scheme():
    # Var after n steps of x ← (1 − h)x + √(2Th) S z: T SSᵀ (1 − (1 − h)^{2n})/(1 − h/2).
    found = ends(False).reshape(-1, 2)
    factor = 0.5 * (1 - 0.9**60) / (1 - 0.05)
    expected = factor * ROOT @ ROOT.T
    # Four standard errors, the largest of which is that of the first variance.
    np.testing.assert_allclose(np.cov(found.T), expected, atol=4 * factor * np.sqrt(2 / len(found)))


def test_both_steps_see_one_brownian_path():
    whole, half = (ends(it, time_step=0.01, count=100) for it in (False, True))
    assert 0 < np.abs(whole - half).mean() < 0.02 * np.abs(whole).mean() + 0.01
    again = ends(True, time_step=0.01, count=100, shape=(8, 200, 2))
    assert again.shape == (8, 200, 2)


def test_variates_are_a_function_of_the_step():
    shape = (3, 5, 2)
    first, later = (particles.noise(KEY, shape, it) for it in (0, 7))
    assert first.shape == shape
    assert not np.isclose(first, later).any()
    np.testing.assert_array_equal(later, particles.noise(KEY, shape, 7))


def test_noise_may_depend_on_the_place():
    def spread(x):
        return x[..., None] * 2

    moved = particles.moved(
        np.full((4, 1), 3.0),
        np.ones((4, 1)),
        spread,
        np.ones((4, 1)),
        temperature=0.5,
        time_step=0.25,
    )
    np.testing.assert_allclose(moved, 3 + 0.25 + 0.5 * 6)


@pytest.mark.parametrize("halved", [False, True])
def test_how_many_steps(halved):
    steps = particles.steps(
        np.zeros((1, 1, 1)),
        lambda x: x,
        np.eye(1),
        KEY,
        temperature=1.0,
        time_step=0.1,
        count=5,
        halved=halved,
    )
    assert len(list(steps)) == (10 if halved else 5)
