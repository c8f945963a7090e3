"""Stationary covariances against SciPy, brute iteration, enumeration of batches, and simulation."""

from itertools import combinations, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_continuous_lyapunov, solve_discrete_lyapunov

from thermophoresis.theory import stationary_covariance as theory

SEEDS = st.integers(0, 2**32 - 1)
DIMENSIONS = st.integers(1, 6)


def positive(rng, d, rank=None):
    root = rng.standard_normal((d, rank or d + 2))
    return root @ root.T / root.shape[1]


def stable(rng, d):
    """A Hessian with eigenvalues between 0.1 and 1.5, in a random basis."""
    basis, _ = np.linalg.qr(rng.standard_normal((d, d)))
    return theory.symmetrised(basis * rng.uniform(0.1, 1.5, d) @ basis.T)


def relative(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, d=DIMENSIONS)
def test_continuous_time_is_lyapunovs_equation(seed, d):
    rng = np.random.default_rng(seed)
    hessian, noise = stable(rng, d), positive(rng, d, rank=int(rng.integers(1, d + 1)))
    found = theory.continuous(hessian, noise)
    assert relative(found, solve_continuous_lyapunov(hessian, noise)) < 1e-10
    assert np.trace(hessian @ found) == pytest.approx(np.trace(noise) / 2, rel=1e-10)
    drift = hessian + (lambda m: m - m.T)(rng.standard_normal((d, d)))  # no gradient
    general = theory.continuous_drift(drift, noise)
    assert relative(general, solve_continuous_lyapunov(drift, noise)) < 1e-10
    assert np.linalg.eigvalsh(general)[0] > -1e-12


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, d=DIMENSIONS, eta=st.floats(0.05, 1.2))
def test_discrete_time_is_the_limit_of_brute_iteration(seed, d, eta):
    rng = np.random.default_rng(seed)
    hessian, noise = stable(rng, d), positive(rng, d)
    found = theory.discrete(hessian, noise, learning_rate=eta)
    step = np.eye(d) - eta * hessian
    assert relative(found, solve_discrete_lyapunov(step, eta * noise)) < 1e-10
    brute = np.zeros((d, d))
    for _ in range(int(16 / (0.1 * eta))):
        brute = step @ brute @ step.T + eta * noise
    assert relative(found, brute) < 1e-10


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, d=st.integers(1, 4), eta=st.floats(0.02, 0.2), batch=st.integers(1, 8))
def test_gaussian_regression_is_the_limit_of_brute_iteration(seed, d, eta, batch):
    rng = np.random.default_rng(seed)
    hessian, variance = stable(rng, d), rng.uniform(0.1, 2)
    given_ = {"residual_variance": variance, "learning_rate": eta, "factor": 1 / batch}
    found = theory.gaussian_regression(hessian, **given_)
    step, brute = np.eye(d) - eta * hessian, np.zeros((d, d))
    for _ in range(int(40 / (0.1 * eta))):
        noise = theory.gaussian_noise(hessian, brute, variance)
        brute = step @ brute @ step + eta**2 / batch * noise
    assert relative(found, brute) < 1e-10


def test_noise_of_gaussian_regression_is_that_of_samples():
    rng = np.random.default_rng(1)
    hessian, covariance, variance = stable(rng, 3), positive(rng, 3), 0.7
    root, spread = np.linalg.cholesky(hessian), np.linalg.cholesky(covariance)
    count = 1_000_000
    inputs = rng.standard_normal((count, 3)) @ root.T
    away = rng.standard_normal((count, 3)) @ spread.T
    residuals = variance**0.5 * rng.standard_normal(count)
    gradients = inputs * (np.sum(inputs * away, axis=1) - residuals)[:, None]
    # D is what gradients vary at one δ: their mean there, Hδ, is taken off.
    found = (gradients.T @ gradients) / count - hessian @ covariance @ hessian
    expected = theory.gaussian_noise(hessian, covariance, variance)
    assert relative(found, expected) < 0.02


def least_squares(rng, count, d):
    inputs, target = rng.standard_normal((count, d)), rng.standard_normal(count)
    target += inputs @ rng.standard_normal(d)
    solution, *_ = np.linalg.lstsq(inputs, target, rcond=None)
    return inputs, target, solution


def as_maps(inputs, target, batches, eta):
    """Return w ← Aw + c of steps on batches, (k, d, d) and (k, d)."""
    d = inputs.shape[1]
    maps = [np.eye(d) - eta * inputs[list(b)].T @ inputs[list(b)] / len(b) for b in batches]
    shifts = [eta * inputs[list(b)].T @ target[list(b)] / len(b) for b in batches]
    return np.array(maps), np.array(shifts)


BATCHES = {
    "with replacement": lambda n, b: list(product(range(n), repeat=b)),
    "fresh subset": lambda n, b: list(combinations(range(n), b)),
}


@pytest.mark.parametrize("sampler", BATCHES)
@pytest.mark.parametrize("batch", [1, 2, 3])
def test_regression_on_six_samples_is_that_of_all_their_batches(sampler, batch):
    rng = np.random.default_rng(batch)
    inputs, target, solution = least_squares(rng, 6, 2)
    maps, shifts = as_maps(inputs, target, BATCHES[sampler](6, batch), eta=0.1)
    mean, covariance = theory.of_affine_maps(maps, shifts)
    np.testing.assert_allclose(mean, solution, rtol=1e-12)
    factor = theory.variance_factor(batch, None if sampler == "with replacement" else 6)
    residuals = target - inputs @ solution
    found = theory.regression(inputs, residuals, learning_rate=0.1, factor=factor)
    assert relative(found, covariance) < 1e-10
    # As Eq. 2 has it with the noise that is found.
    noise = theory.regression_noise(inputs, residuals, found)
    hessian = inputs.T @ inputs / 6
    again = theory.discrete(hessian, 0.1 * factor * noise, learning_rate=0.1)
    assert relative(again, found) < 1e-10


def test_affine_maps_are_the_limit_of_brute_iteration():
    rng = np.random.default_rng(9)
    maps, shifts = 0.5 * rng.standard_normal((5, 3, 3)) / 3**0.5, rng.standard_normal((5, 3))
    weights = rng.dirichlet(np.ones(5))
    mean, second = np.zeros(3), np.zeros((3, 3))
    for _ in range(300):
        crossed = np.einsum("k,kij,j,kl->il", weights, maps, mean, shifts)
        second = np.einsum("k,kij,jl,kml->im", weights, maps, second, maps) + crossed + crossed.T
        second += np.einsum("k,ki,kj->ij", weights, shifts, shifts)
        mean = np.einsum("k,kij,j->i", weights, maps, mean) + weights @ shifts
    found, covariance = theory.of_affine_maps(maps, shifts, weights)
    np.testing.assert_allclose(found, mean, rtol=1e-10)
    assert relative(covariance, second - np.outer(mean, mean)) < 1e-10


def epochs_of(rng, d, count, batch):
    """Return a Hessian, D, and per order of an epoch the shifts of its steps, (k, n, d)."""
    gradients = rng.standard_normal((count, d))
    gradients -= gradients.mean(axis=0)
    orders = np.array(list(permutations(range(count)))).reshape(-1, count // batch, batch)
    return stable(rng, d), gradients.T @ gradients / count, gradients[orders].mean(axis=2)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_reshuffled_epochs_are_those_of_all_orders_of_six_samples(batch):
    rng = np.random.default_rng(20 + batch)
    hessian, diffusion, noise = epochs_of(rng, 3, 6, batch)
    eta, steps = 0.4, 6 // batch
    step = np.eye(3) - eta * hessian
    found = theory.reshuffled(hessian, diffusion, learning_rate=eta, batch_size=batch, samples=6)
    assert found.shape == (steps, 3, 3)
    # After t steps of an epoch, −η Σ_k (I − ηH)^(t − 1 − k) ξ_k beside what it started with.
    start = None
    for t in (*range(1, steps), steps):
        powers = [np.linalg.matrix_power(step, t - 1 - k) for k in range(t)]
        partial = -eta * sum(noise[:, k] @ powers[k].T for k in range(t))
        if start is None:
            whole = np.linalg.matrix_power(step, steps)
            last = [np.linalg.matrix_power(step, steps - 1 - k) for k in range(steps)]
            shifts = -eta * sum(noise[:, k] @ last[k].T for k in range(steps))
            maps = np.broadcast_to(whole, (len(shifts), 3, 3))
            _, start = theory.of_affine_maps(maps, shifts)
        so_far = np.linalg.matrix_power(step, t)
        expected = so_far @ start @ so_far.T + np.einsum("ki,kj->ij", partial, partial) / len(noise)
        # The end of an epoch is the start of the next.
        assert relative(found[t % steps], expected) < 1e-10


def test_reshuffled_epochs_are_a_bridge_at_small_rates():
    rng = np.random.default_rng(4)
    hessian, diffusion, eta = stable(rng, 2), positive(rng, 2), 1e-4
    found = theory.reshuffled(hessian, diffusion, learning_rate=eta, batch_size=2, samples=40)
    steps = np.arange(20)
    bridge = eta**2 * steps / 2 * (1 - steps / 20)
    expected = 40 / 39 * bridge[:, None, None] * diffusion
    np.testing.assert_allclose(found, expected, atol=0.01 * np.abs(expected).max())


def test_reshuffled_epochs_of_regression_are_those_of_constant_noise_at_small_rates():
    # Beside what is of higher order in η: noise that depends on w, and a mean that is not w*.
    rng = np.random.default_rng(11)
    inputs, target, solution = least_squares(rng, 6, 2)
    eta, d = 0.01, 2
    orders = np.array(list(permutations(range(6)))).reshape(-1, 3, 2)
    maps = np.broadcast_to(np.eye(d), (len(orders), d, d))
    shifts = np.zeros((len(orders), d))
    within = [(maps, shifts)]
    for step in range(3):
        each, added = as_maps(inputs, target, orders[:, step], eta)
        maps, shifts = each @ maps, np.einsum("kij,kj->ki", each, shifts) + added
        within.append((maps, shifts))
    mean, covariance = theory.of_affine_maps(maps, shifts)
    np.testing.assert_allclose(mean, solution, rtol=0.01)
    residuals = target - inputs @ solution
    noise = theory.regression_noise(inputs, residuals, np.zeros((d, d)))
    hessian = inputs.T @ inputs / 6
    found = theory.reshuffled(hessian, noise, learning_rate=eta, batch_size=2, samples=6)
    for step in (1, 2):
        maps, shifts = within[step]
        moved = maps @ mean + shifts
        moved -= moved.mean(axis=0)
        exact = np.einsum("kij,jl,kml->im", maps, covariance, maps) / len(maps)
        exact += moved.T @ moved / len(maps)
        assert relative(found[step], exact) < 0.05


def test_reshuffled_epochs_have_no_noise_left_when_an_epoch_is_one_step():
    rng = np.random.default_rng(3)
    found = theory.reshuffled(
        stable(rng, 3), positive(rng, 3), learning_rate=0.1, batch_size=6, samples=6
    )
    assert found.shape == (1, 3, 3)
    np.testing.assert_allclose(found, 0, atol=1e-15)


def test_the_factor_is_the_variance_of_a_mean_of_a_subset():
    values = np.random.default_rng(0).standard_normal(6)
    for batch in (1, 2, 5, 6):
        means = [values[list(it)].mean() for it in combinations(range(6), batch)]
        expected = np.var(means) / np.var(values)
        assert theory.variance_factor(batch, 6) == pytest.approx(expected, abs=1e-15)
    assert theory.variance_factor(4) == 0.25


def test_what_has_no_stationary_state_is_refused():
    hessian, noise = np.diag([1.0, 3.0]), np.eye(2)
    with pytest.raises(ValueError, match=r"learning rate 0\.7"):
        theory.discrete(hessian, noise, learning_rate=0.7)
    with pytest.raises(ValueError, match="eigenvalues of the Hessian are -1 to 3"):
        theory.discrete(np.diag([-1.0, 3.0]), noise, learning_rate=0.1)
    with pytest.raises(ValueError, match="no stationary covariance"):
        # Steps of 2/λ are far, but Tr(HΣ) feeds on itself.
        theory.gaussian_regression(
            np.eye(50), residual_variance=1.0, learning_rate=0.04, factor=1.0
        )
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="no stationary covariance"):
        theory.regression(rng.standard_normal((9, 2)), np.zeros(9), learning_rate=1, factor=1)
    with pytest.raises(ValueError, match="no whole number of batches of 4"):
        theory.reshuffled(hessian, noise, learning_rate=0.1, batch_size=4, samples=6)
    with pytest.raises(ValueError, match="in the mean square"):
        theory.of_affine_maps(np.array([[[0.1]], [[1.5]]]), np.zeros((2, 1)))
