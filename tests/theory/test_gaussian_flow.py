"""Steps of Jordan, Kinderlehrer & Otto against minimisation, and flows against integration."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import sqrtm
from scipy.optimize import minimize

from thermophoresis.theory import gaussian_flow as theory

BETA = 2.0


def positive(rng, d):
    root = rng.standard_normal((d, d + 2))
    return root @ root.T / d


def test_the_distance_is_that_of_commuting_and_of_other_covariances():
    first = theory.Gaussian(np.array([1.0, 0.0]), np.diag([4.0, 9.0]))
    second = theory.Gaussian(np.array([0.0, 2.0]), np.diag([1.0, 16.0]))
    assert theory.wasserstein_squared(first, second) == pytest.approx(1 + 4 + 1 + 1)
    rng = np.random.default_rng(0)
    one, other = positive(rng, 3), positive(rng, 3)
    found = theory.wasserstein_squared(
        theory.Gaussian(np.zeros(3), one), theory.Gaussian(np.zeros(3), other)
    )
    # The optimal map takes one to the other; what it moves is the distance.
    root = np.real(sqrtm(one))
    inverse = np.linalg.inv(root)
    transport = inverse @ np.real(sqrtm(root @ other @ root)) @ inverse
    np.testing.assert_allclose(transport @ one @ transport, other, rtol=1e-9)
    moved = transport - np.eye(3)
    assert found == pytest.approx(np.trace(moved @ one @ moved), rel=1e-9)


def test_the_free_energy_is_least_in_the_stationary_density():
    rng = np.random.default_rng(1)
    potential = positive(rng, 3)
    best = theory.Gaussian(np.zeros(3), np.linalg.inv(BETA * potential))
    least = theory.free_energy(best, potential, beta=BETA)
    _, logarithm = np.linalg.slogdet(BETA * potential / (2 * np.pi))
    assert least == pytest.approx(logarithm / 2 / BETA)  # −β⁻¹ ln Z
    for scale in (0.9, 1.1):
        other = theory.Gaussian(np.zeros(3), scale * best.covariance)
        assert theory.free_energy(other, potential, beta=BETA) > least


@pytest.mark.parametrize("step", [0.05, 1.0])
def test_a_step_is_the_minimum_of_what_it_minimises(step):
    rng = np.random.default_rng(2)
    potential, start = positive(rng, 2), theory.Gaussian(np.array([1.0, -0.5]), positive(rng, 2))
    found = theory.jko_step(start, potential, beta=BETA, step=step)

    def cost(vector):
        lower = np.array([[np.exp(vector[2]), 0], [vector[3], np.exp(vector[4])]])
        density = theory.Gaussian(vector[:2], lower @ lower.T)
        distance = theory.wasserstein_squared(density, start)
        return distance / 2 / step + theory.free_energy(density, potential, beta=BETA)

    best = minimize(cost, np.zeros(5), method="BFGS", options={"gtol": 1e-9})
    lower = np.linalg.cholesky(found.covariance)
    at = [*found.mean, np.log(lower[0, 0]), lower[1, 0], np.log(lower[1, 1])]
    assert cost(np.array(at)) <= best.fun + 1e-12
    np.testing.assert_allclose(best.x, at, atol=2e-5)


def test_the_exact_flow_is_that_of_the_moments():
    rng = np.random.default_rng(3)
    hessian, noise = positive(rng, 2), positive(rng, 2)
    start = theory.Gaussian(np.array([1.0, 2.0]), positive(rng, 2))

    def rate(_, state):
        covariance = state[2:].reshape(2, 2)
        change = noise - hessian @ covariance - covariance @ hessian
        return np.concatenate([-hessian @ state[:2], change.ravel()])

    state = np.concatenate([start.mean, start.covariance.ravel()])
    end = solve_ivp(rate, (0, 0.8), state, rtol=1e-11, atol=1e-12).y[:, -1]
    found = theory.ornstein_uhlenbeck(start, hessian, noise, time=0.8)
    np.testing.assert_allclose(
        np.concatenate([found.mean, found.covariance.ravel()]), end, rtol=1e-8
    )


def test_steps_in_the_metric_of_d_follow_the_flow_without_its_current():
    rng = np.random.default_rng(4)
    potential, diffusion = positive(rng, 2), positive(rng, 2)
    start = theory.Gaussian(np.array([1.0, 2.0]), positive(rng, 2))
    drift, noise = diffusion @ potential, 2 / BETA * diffusion

    def rate(_, state):
        covariance = state[2:].reshape(2, 2)
        change = noise - drift @ covariance - covariance @ drift.T
        return np.concatenate([-drift @ state[:2], change.ravel()])

    state = np.concatenate([start.mean, start.covariance.ravel()])
    end = solve_ivp(rate, (0, 0.5), state, rtol=1e-10, atol=1e-12).y[:, -1]
    errors = []
    for steps in (100, 200):
        found = theory.jko(start, potential, beta=BETA, time=0.5, steps=steps, diffusion=diffusion)
        errors.append(np.concatenate([found.mean, found.covariance.ravel()]) - end)
    np.testing.assert_allclose(np.linalg.norm(errors[0]) / np.linalg.norm(errors[1]), 2, rtol=0.05)
    assert np.abs(errors[1]).max() < 0.01 * np.abs(end).max()
