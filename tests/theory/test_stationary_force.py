"""Eq. 19 by its readings: which one has a current without divergence, by differences."""

import numpy as np
import pytest

from thermophoresis.theory.stationary_force import loss_gradient

STEP = 1e-4
PLACES = np.random.default_rng(1).uniform(-1, 1, (10, 2))
TEMPERATURE = 0.7


def noise(x):
    u, v = x[..., 0], x[..., 1]
    return np.stack([2 + np.sin(u + v), 0.3 * u * v, 0.3 * u * v, 1.5 + v**2], -1).reshape(
        *x.shape, 2
    )


def circulation(x):
    q = np.sin(x[..., 0]) + x[..., 1] ** 2
    return q[..., None, None] * np.array([[0.0, 1.0], [-1.0, 0.0]])


def slopes(function, x):
    """Return derivatives along each coordinate, on the last axis."""
    return np.stack(
        [(function(x + STEP * e) - function(x - STEP * e)) / (2 * STEP) for e in np.eye(2)], -1
    )


def residual(**reading):
    """Return the largest divergence of J = −∇f ρ − β⁻¹∇·(Dρ) with Φ = |x|²/2."""

    def density(x):
        return np.exp(-(x**2).sum(axis=-1) / (2 * TEMPERATURE))

    def flow(x):
        derivatives = np.stack([slopes(noise, x), slopes(circulation, x)])
        force = loss_gradient(x, noise(x), circulation(x), derivatives, TEMPERATURE, **reading)
        spread = slopes(lambda y: noise(y) * density(y)[..., None, None], x)
        return -force * density(x)[..., None] - TEMPERATURE * np.einsum("...ijj->...i", spread)

    return np.abs(np.einsum("...ii->...", slopes(flow, PLACES))).max()


def test_rows_have_the_stationary_density():
    assert residual() < 1e-5


@pytest.mark.parametrize(
    "reading", [{"convention": "columns"}, {"with_noise": False}], ids=["columns", "without D"]
)
def test_other_readings_do_not(reading):
    assert residual(**reading) > 0.05
