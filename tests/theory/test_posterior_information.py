"""Information of Gaussian posteriors against entropies of labels and against samples."""

import numpy as np
import pytest

from thermophoresis.theory import posterior_information as theory


def test_it_is_what_weights_take_from_the_entropy_of_labels():
    rng = np.random.default_rng(0)
    inputs, prior, noise = rng.standard_normal((6, 2)), 1.5, 0.3
    covariance = np.array([[0.4, 0.1], [0.1, 0.2]])
    signal = theory.estimate_covariance(inputs, prior=prior, noise=noise)
    labels = prior * inputs @ inputs.T + noise * np.eye(6)
    solve = np.linalg.pinv(inputs)
    np.testing.assert_allclose(signal, solve @ labels @ solve.T, rtol=1e-12)
    # H(y) − H(y | w), with the covariance of y given w of a Gaussian pair.
    crossed = labels @ solve.T
    given = labels - crossed @ np.linalg.inv(signal + covariance) @ crossed.T
    expected = (np.linalg.slogdet(labels)[1] - np.linalg.slogdet(given)[1]) / 2
    assert theory.information(signal, covariance) == pytest.approx(expected, rel=1e-12)
    # Its slope in the logarithm of the temperature.
    up, down = (theory.information(signal, covariance * f) for f in (1.001, 1 / 1.001))
    slope = (up - down) / (2 * np.log(1.001))
    exact = -np.trace(np.linalg.solve(covariance + signal, signal)) / 2
    assert slope == pytest.approx(exact, rel=1e-6)


def test_samples_of_a_correlated_pair_tell_its_information():
    rng = np.random.default_rng(1)
    first = rng.standard_normal((400_000, 1))
    second = 0.8 * first + 0.6 * rng.standard_normal((400_000, 1))
    found = theory.sampled_information(first, second)
    assert found == pytest.approx(-0.5 * np.log(1 - 0.64), abs=0.005)


def test_few_samples_tell_it_without_bias():
    rng = np.random.default_rng(2)
    mixed = rng.standard_normal((5, 5))
    joint = mixed @ mixed.T + np.eye(5)
    determinants = [np.linalg.slogdet(it)[1] for it in (joint[:2, :2], joint[2:, 2:], joint)]
    exact = (determinants[0] + determinants[1] - determinants[2]) / 2
    drawn = rng.standard_normal((2000, 30, 5)) @ np.linalg.cholesky(joint).T
    found = [theory.sampled_information(it[:, :2], it[:, 2:]) for it in drawn]
    error = np.std(found) / 2000**0.5
    assert error < 0.006
    # Without what is taken off it would be too large by some 6/60.
    assert abs(np.mean(found) - exact) < 4 * error
