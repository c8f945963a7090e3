"""Orbits in the plane: order of steps, returns to a ray, limit cycles that are there or not."""

import numpy as np
import pytest

from thermophoresis.simulations import orbits

DISTANCES = np.linspace(0.1, 3.0, 30)
RAY = np.array([1.0, 0.0])


def turn(x):
    return np.stack([-x[..., 1], x[..., 0]], axis=-1)


def van_der_pol(x):
    u, v = x[..., 0], x[..., 1]
    return np.stack([v, (1 - u**2) * v - u], axis=-1)


def hopf(x):
    """Return a field with limit cycles at r = 1, which repels, and r = 2, which attracts."""
    r = np.linalg.norm(x, axis=-1, keepdims=True)
    return turn(x) - 0.1 * x * (1 - r) * (2 - r)


def displaced(field, **others):
    settings = {"time_step": 0.02, "steps": 1000} | others
    return orbits.returns(field, np.zeros(2), RAY, DISTANCES, **settings) - DISTANCES


def test_steps_are_of_fourth_order():
    def error(steps):
        path = orbits.follow(turn, np.array([1.0, 0.0]), 2 * np.pi / steps, steps)
        assert path.shape == (steps + 1, 2)
        return np.linalg.norm(path[-1] - path[0])

    assert np.log2(error(40) / error(80)) == pytest.approx(4, abs=0.3)


def test_all_orbits_of_a_turn_are_closed_and_none_is_isolated():
    found = displaced(turn)
    assert np.abs(found).max() < 1e-7
    assert orbits.isolated(found, 1e-6) == 0


def test_limit_cycles_are_counted():
    assert orbits.isolated(displaced(van_der_pol), 1e-6) == 1
    assert orbits.isolated(displaced(hopf), 1e-6) == 2


def test_a_spiral_comes_back_closer():
    found = displaced(lambda x: turn(x) - 0.1 * x)
    np.testing.assert_allclose(found, DISTANCES * (np.exp(-0.2 * np.pi) - 1), rtol=1e-6)
    assert orbits.isolated(found, 1e-6) == 0


def test_what_does_not_come_back_is_told():
    assert np.isnan(displaced(lambda x: -x)).all()
    assert np.isnan(displaced(turn, steps=100)).all()


def test_isolated_orbits():
    assert orbits.isolated(np.array([1.0, np.nan, -1.0, -2.0, 1.0]), 0.1) == 2
    assert orbits.isolated(np.array([1.0, 0.0, -1.0]), 0.1) == 1
    assert orbits.isolated(np.array([1.0, 0.0, 0.0, -1.0]), 0.1) == 0
