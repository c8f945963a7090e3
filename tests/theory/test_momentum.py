"""Stationary states with momentum, against the moments of its steps one after the other."""

import numpy as np
import pytest

from thermophoresis.theory import stationary_covariance
from thermophoresis.theory.momentum import energy, joint_covariance


def pair(d=3):
    rng = np.random.default_rng(17)
    first, second = rng.normal(size=(2, d, d))
    return first @ first.T / d + 0.2 * np.eye(d), second @ second.T


def after_many_steps(hessian, noise, eta, momentum, steps):
    """Covariance of (δ, m) by going through the steps of the optimiser: m ← μm + g, δ ← δ − ηm."""
    d = len(hessian)
    covariance = np.zeros((2 * d, 2 * d))
    to_buffer = np.block([[np.eye(d), np.zeros((d, d))], [hessian, momentum * np.eye(d)]])
    to_weights = np.block([[np.eye(d), -eta * np.eye(d)], [np.zeros((d, d)), np.eye(d)]])
    for _ in range(steps):
        covariance = to_buffer @ covariance @ to_buffer.T
        covariance[d:, d:] += noise
        covariance = to_weights @ covariance @ to_weights.T
    return covariance


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_closed_form_is_what_steps_lead_to(momentum):
    hessian, noise = pair()
    eta = 0.7 * (1 - momentum)
    expected = after_many_steps(hessian, noise, eta, momentum, 2000)
    found = joint_covariance(hessian, noise, learning_rate=eta, momentum=momentum)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    closed = energy(hessian, noise, learning_rate=eta, momentum=momentum)
    assert closed == pytest.approx(np.trace(hessian @ expected[:3, :3]), rel=1e-10)


def test_without_momentum_it_is_that_of_plain_steps():
    hessian, noise = pair()
    eta = 0.3
    plain = stationary_covariance.discrete(hessian, eta * noise, learning_rate=eta)
    found = energy(hessian, noise, learning_rate=eta, momentum=0.0)
    assert found == pytest.approx(np.trace(hessian @ plain), rel=1e-12)


def test_there_is_a_stationary_state_up_to_twice_one_plus_momentum():
    hessian, noise = np.array([[1.0]]), np.array([[1.0]])
    assert energy(hessian, noise, learning_rate=2.99, momentum=0.5) > 100
    for eta in (3.0, 3.5):
        with pytest.raises(ValueError, match="no stationary state at η = 3"):
            energy(hessian, noise, learning_rate=eta, momentum=0.5)
