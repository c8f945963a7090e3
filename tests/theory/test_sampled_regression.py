"""SGD on a finite regression against enumeration at N = 6: batches, orders, and what they leave."""

import itertools
import math

import numpy as np
import pytest

from thermophoresis.theory.sampled_regression import (
    fixed_orders,
    orders,
    regression_set,
    reshuffled,
    reshuffled_leading,
)
from thermophoresis.theory.stationary_covariance import regression as independent
from thermophoresis.theory.stationary_covariance import variance_factor

N, INPUTS = 6, 2


@pytest.fixture
def regression():
    rng = np.random.default_rng(11)
    x = rng.normal(size=(N, INPUTS))
    return regression_set(x, x @ rng.normal(size=INPUTS) + rng.normal(size=N))


def after(regression, delta, eta, batch):
    x, residual = regression.x[list(batch)], regression.residual[list(batch)]
    return delta - eta * x.T @ (x @ delta + residual) / len(batch)


def test_gradients_of_the_minimum_are_noise_alone(regression):
    gradients = regression.x * regression.residual[:, None]
    np.testing.assert_allclose(gradients.mean(0), 0, atol=1e-14)
    np.testing.assert_allclose(regression.noise, np.cov(gradients.T, bias=True), atol=1e-14)


def test_as_many_samples_as_inputs_are_refused():
    with pytest.raises(ValueError, match="3 samples of 4 inputs have no one minimum"):
        regression_set(np.eye(3, 4), np.ones(3))


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_batches_have_the_enumerated_covariance_and_not_the_printed_one(regression, size):
    gradients = regression.x * regression.residual[:, None]
    drawn = {
        None: itertools.product(range(N), repeat=size),
        N: itertools.combinations(range(N), size),
    }
    for samples, batches in drawn.items():
        means = np.array([gradients[list(batch)].mean(0) for batch in batches])
        enumerated = np.cov(means.T, bias=True)
        factor = variance_factor(size, samples)
        np.testing.assert_allclose(enumerated, factor * regression.noise, rtol=1e-12, atol=1e-14)
    # (1 − |B|/N)/|B|, of which it is N/(N − 1) times.
    assert factor / ((1 - size / N) / size) == pytest.approx(N / (N - 1), rel=1e-12)


@pytest.mark.parametrize("samples", [None, N])
def test_independent_batches_leave_what_all_of_them_keep(regression, samples):
    eta, size = 0.3, 2
    batches = list(
        itertools.product(range(N), repeat=size)
        if samples is None
        else itertools.combinations(range(N), size)
    )
    S = independent(
        regression.x,
        regression.residual,
        learning_rate=eta,
        factor=variance_factor(size, samples),
    )
    root = np.linalg.cholesky(S)
    places = np.concatenate([root.T, -root.T]) * math.sqrt(INPUTS)  # of mean 0 and covariance S
    moved = np.array([after(regression, it, eta, batch) for it in places for batch in batches])
    np.testing.assert_allclose(moved.T @ moved / len(moved), S, rtol=1e-11)


def test_an_epoch_has_each_sample_once_and_every_order_is_there(regression):
    found = orders(N, 2)
    assert len(found) == math.factorial(N) // 2**3 == len(np.unique(found.reshape(-1, N), axis=0))
    assert (np.sort(found.reshape(-1, N), axis=1) == np.arange(N)).all()


@pytest.mark.parametrize("size", [2, 3])
def test_batches_of_an_epoch_have_the_covariance_of_a_sum_that_is_zero(regression, size):
    gradients = (regression.x * regression.residual[:, None])[orders(N, size)].mean(2)
    steps = N // size
    np.testing.assert_allclose(gradients.sum(1), 0, atol=1e-14)
    own = variance_factor(size, N) * regression.noise
    for s, t in itertools.product(range(steps), repeat=2):
        covariance = gradients[:, s].T @ gradients[:, t] / len(gradients)
        expected = own if s == t else -own / (steps - 1)
        np.testing.assert_allclose(covariance, expected, rtol=1e-12, atol=1e-14)


def test_reshuffled_epochs_leave_what_all_orders_keep(regression):
    eta, size = 0.2, 2
    moments = reshuffled(regression, eta, size)
    # Mean and second moment together, iterated over epochs until they stay.
    mean, second = np.zeros(INPUTS), np.zeros((INPUTS, INPUTS))
    every = orders(N, size)

    def moved(steps):
        affine = []
        for order in every:
            at = [np.zeros(INPUTS), *np.eye(INPUTS)]
            for batch in order[:steps]:
                at = [after(regression, it, eta, batch) for it in at]
            affine.append((np.array(at[1:]).T - at[0][:, None], at[0]))
        return [np.stack(it) for it in zip(*affine, strict=True)]

    def step(A, c):
        crossed = np.einsum("oij,j,ok->ik", A, mean, c)
        total = np.einsum("oij,jk,olk->il", A, second, A) + crossed + crossed.T + c.T @ c
        return (A @ mean + c).mean(0), total / len(A)

    A, c = moved(N // size)
    for _ in range(400):
        mean, second = step(A, c)
    for steps, expected in enumerate(moments):
        np.testing.assert_allclose(step(*moved(steps))[1], expected, rtol=1e-9)


def test_a_fixed_order_ends_in_its_orbit(regression):
    eta, size = 0.2, 3
    total = np.zeros((N // size, INPUTS, INPUTS))
    every = orders(N, size)
    for order in every:
        delta = np.ones(INPUTS)
        for _ in range(400):
            for batch in order:
                delta = after(regression, delta, eta, batch)
        for step, batch in enumerate(order):
            total[step] += np.outer(delta, delta) / len(every)
            delta = after(regression, delta, eta, batch)
    np.testing.assert_allclose(fixed_orders(regression, eta, size), total, rtol=1e-9)


@pytest.mark.parametrize("size", [2, 3])
def test_the_temperature_of_reshuffled_epochs_vanishes_with_the_learning_rate(regression, size):
    errors = []
    for eta in (0.004, 0.002, 0.001):
        exact = reshuffled(regression, eta, size)
        leading = reshuffled_leading(regression, eta, size)
        errors.append(np.abs(exact - leading).max() / eta**2)
    # What is left out is of the next order: it halves with η.
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 2, atol=0.1)
    # Of independent batches it is of order η.
    energy = [
        np.trace(regression.hessian @ reshuffled(regression, eta, size).mean(0)) / eta
        for eta in (0.002, 0.001)
    ]
    assert energy[0] / energy[1] == pytest.approx(2, abs=0.05)


def test_what_cannot_be_enumerated_or_does_not_stay_is_refused(regression):
    with pytest.raises(ValueError, match="batches of 4 do not fill an epoch of 6"):
        orders(6, 4)
    with pytest.raises(ValueError, match="orders of an epoch; at most"):
        orders(12, 2)
    with pytest.raises(ValueError, match="two batches or more"):
        reshuffled_leading(regression, 0.1, 6)
    for many in (reshuffled, fixed_orders):
        with pytest.raises(ValueError, match="stationary"):
            many(regression, 5.0, 3)
