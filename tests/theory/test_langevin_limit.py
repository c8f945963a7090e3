"""Closed forms of SGD's Langevin equation against simulated steps and other closed forms."""

from itertools import permutations, product

import numpy as np
import pytest

from thermophoresis.theory import gaussian_flow, langevin_limit, stationary_covariance

RATE, CURVATURE, NOISE, BATCH = 0.05, 1.4, 3.0, 4


def test_the_process_is_that_of_the_general_gaussian_flow():
    rate, diffusion = langevin_limit.drift_and_diffusion(
        CURVATURE, NOISE, learning_rate=RATE, batch_size=BATCH, per_step=False
    )
    found = langevin_limit.ornstein_uhlenbeck(0.7, 0.2, 1.3, rate=rate, diffusion=diffusion)
    start = gaussian_flow.Gaussian(np.array([0.7]), np.array([[0.2]]))
    expected = gaussian_flow.ornstein_uhlenbeck(
        start, np.array([[CURVATURE]]), np.array([[RATE * NOISE / BATCH]]), time=1.3
    )
    assert found == pytest.approx((expected.mean[0], expected.covariance[0, 0]), rel=1e-12)


def test_units_of_time_are_a_factor():
    arguments = (CURVATURE, NOISE)
    settings = {"learning_rate": RATE, "batch_size": BATCH}
    per_step = langevin_limit.drift_and_diffusion(*arguments, **settings, per_step=True)
    plain = langevin_limit.drift_and_diffusion(*arguments, **settings, per_step=False)
    assert per_step == pytest.approx([RATE * it for it in plain])


def test_steps_lead_to_the_stationary_variance_of_discrete_time():
    moments = 1.0, 0.5
    for _ in range(2000):
        moments = langevin_limit.one_step(
            *moments, CURVATURE, NOISE, learning_rate=RATE, batch_size=BATCH
        )
    expected = stationary_covariance.discrete(
        np.array([[CURVATURE]]), np.array([[RATE * NOISE / BATCH]]), learning_rate=RATE
    )
    assert moments == pytest.approx((0, expected[0, 0]), rel=1e-12, abs=1e-12)


def test_the_excess_loss_is_that_of_lyapunovs_equation():
    rng = np.random.default_rng(1)
    hessian, noise = (a @ a.T for a in rng.normal(size=(2, 4, 4)))
    covariance = stationary_covariance.continuous(hessian, RATE / BATCH * noise)
    found = langevin_limit.excess_loss(np.trace(noise), learning_rate=RATE, factor=1 / BATCH)
    assert found == pytest.approx(np.trace(hessian @ covariance) / 2, rel=1e-10)


def test_correlations_of_reshuffled_epochs_by_all_orders():
    """Of fixed gradients, averaged over all orders of two epochs that follow each other."""
    values = np.array([2.0, -1.0, 0.5])
    noise = values - values.mean()
    n = len(noise)
    for lag in (1, 2, 3):
        total = 0.0
        for one, other in product(permutations(noise), repeat=2):
            series = np.array([*one, *other])
            total += np.mean([series[t] * series[t + lag] for t in range(n)])
        expected = total / 36 / noise.var()
        assert langevin_limit.reshuffled_correlation(lag, n) == pytest.approx(expected, abs=1e-12)
