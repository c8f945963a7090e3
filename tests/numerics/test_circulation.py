"""Circulation: areas by hand, closed forms of linear noise, alarms where there is no current."""

import os

import numpy as np
import pytest
import turning_noise
from scipy.linalg import solve_continuous_lyapunov

from thermophoresis.numerics import circulation, surrogates

# Of 200 trials: ALARM_TRIALS=200 uv run pytest tests/numerics/test_circulation.py -k alarms
TRIALS = int(os.environ.get("ALARM_TRIALS", "40"))
MIXTURES = int(os.environ.get("ALARM_TRIALS", "16"))
LEVEL = 0.05
LAGS = np.array([1, 2, 5, 10, 20, 50])


def look(series, rng, count=19):
    return circulation.look(
        circulation.leading(series, series.shape[1]),
        lags=LAGS,
        half_width=8,
        count=count,
        parts=20,
        rng=rng,
    )


def test_areas_are_what_is_swept():
    series = np.random.default_rng(0).standard_normal((301, 3)).cumsum(axis=0)
    series -= series.mean(axis=0)
    found = circulation.areas(circulation.lagged_covariances(surrogates.fourier(series), LAGS, 301))
    for lag, of_lag in zip(LAGS, found.T, strict=True):
        later = np.roll(series, -lag, axis=0)
        by_hand = [
            (series[:, i] * later[:, j] - series[:, j] * later[:, i]).mean() / 2
            for i, j in circulation.planes(3)
        ]
        np.testing.assert_allclose(of_lag, by_hand, rtol=1e-9)


def test_a_circle_sweeps_its_area():
    angle = 2 * np.pi * np.arange(100) / 25
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    covariances = circulation.lagged_covariances(surrogates.fourier(circle), LAGS[:1], 100)
    triangle = np.sin(2 * np.pi / 25) / 2
    assert circulation.areas(covariances)[0, 0] == pytest.approx(triangle, rel=1e-12)


def test_leading_components_are_those_of_most_variance():
    series = np.random.default_rng(1).standard_normal((500, 4)) * [1.0, 5.0, 0.1, 3.0]
    found = circulation.leading(series, 2)
    np.testing.assert_allclose(found.T @ found / 500, np.eye(2), atol=1e-12)
    centred = series - series.mean(axis=0)
    assert abs(found[:, 0] @ centred[:, 1]) / 500 / centred[:, 1].std() > 0.99


def exact_covariances(hessian, noise):
    """Those at the lags 0 and 1."""
    still = turning_noise.covariance(hessian, noise)
    return np.stack([still, (np.eye(len(hessian)) - hessian) @ still])


def test_entropy_production_is_the_divergence_of_a_step_from_its_reverse():
    hessian, noise = turning_noise.HESSIAN, turning_noise.TURNING
    still, later = exact_covariances(hessian, noise)
    # Transitions forward and backward, and the mean of the log ratio of their densities.
    forward, backward = np.eye(2) - hessian, later.T @ np.linalg.inv(still)
    of_reverse = still - backward @ still @ backward.T
    x = np.random.default_rng(2).multivariate_normal(np.zeros(2), still, 400_000)
    y = x @ forward.T + np.random.default_rng(3).multivariate_normal(np.zeros(2), 2 * noise, len(x))

    def log_density(residual, matrix):
        solved = np.linalg.solve(matrix, residual.T).T
        return -((residual * solved).sum(1) + np.linalg.slogdet(matrix)[1]) / 2

    # The reversed process goes from y to x as the forward one goes from x to y.
    ratio = log_density(y - x @ forward.T, 2 * noise) - log_density(x - y @ forward.T, 2 * noise)
    of_ends = log_density(x, still) - log_density(y, still)
    sampled = (ratio + of_ends).mean()
    error = (ratio + of_ends).std() / np.sqrt(len(x))
    exact = circulation.entropy_production(np.stack([still, later]))
    assert abs(sampled - exact) < 4 * error < 0.1 * exact
    assert np.linalg.eigvalsh(of_reverse).min() > 0


def test_slow_noise_produces_what_the_continuous_formula_says():
    # tr(Qᵀ D⁻¹ Q Σ⁻¹) per unit of time, with Q = (HΣ − ΣH)/2.
    scale = 1e-4
    hessian, noise = turning_noise.HESSIAN * scale, turning_noise.TURNING * scale
    sigma = solve_continuous_lyapunov(hessian, 2 * noise)
    turning = (hessian @ sigma - sigma @ hessian) / 2
    rate = np.trace(turning.T @ np.linalg.solve(noise, turning) @ np.linalg.inv(sigma))
    exact = circulation.entropy_production(exact_covariances(hessian, noise))
    assert exact == pytest.approx(rate, rel=1e-3)
    straight = circulation.entropy_production(exact_covariances(hessian, np.diag(np.diag(noise))))
    assert abs(straight) < 1e-12


def test_share_of_the_current_by_both_ways():
    scale = 1e-4
    hessian, noise = turning_noise.HESSIAN * scale, turning_noise.TURNING * scale
    current, force = circulation.current_and_force(exact_covariances(hessian, noise))
    share = circulation.current_share(np.diag(hessian), noise)
    assert share == pytest.approx(np.sqrt(current / force), rel=1e-3)
    sigma = solve_continuous_lyapunov(hessian, 2 * noise)
    turning = (hessian @ sigma - sigma @ hessian) / 2
    by_hand = np.trace(turning @ np.linalg.inv(sigma) @ turning.T)
    by_hand /= np.trace(hessian @ sigma @ hessian)
    assert share == pytest.approx(np.sqrt(by_hand), rel=1e-10)
    assert circulation.current_share(np.array([1.0, 2.0]), np.eye(2)) == 0


def test_deviations_are_those_of_surrogates():
    series = turning_noise.turning(2000, np.random.default_rng(5))
    spectrum = surrogates.reversible_spectrum(surrogates.fourier(series), 8)
    drawn = surrogates.reversible(spectrum, 400, np.random.default_rng(6))
    found = circulation.areas(circulation.lagged_covariances(drawn, LAGS, 2000)).std(axis=0)
    np.testing.assert_allclose(circulation.deviations(spectrum, LAGS, 2000), found, rtol=0.15)


def test_mid_p_values_are_even():
    null = np.arange(9.0)
    found = [circulation.mid_p(it, np.delete(np.arange(10.0), int(it))) for it in range(10)]
    np.testing.assert_allclose(sorted(found), np.arange(0.05, 1, 0.1))
    assert circulation.mid_p(100.0, null) == 0.05
    assert circulation.mid_p(4.0, np.full(9, 4.0)) == 0.5


def test_a_known_current_is_found():
    rng = np.random.default_rng(7)
    series = turning_noise.turning(8000, rng)
    found = look(series, rng)
    least = 0.5 / 20
    assert (found.area_p, found.lagged_p) == (least, least)
    assert found.reversal_p < 0.01
    exact = exact_covariances(turning_noise.HESSIAN, turning_noise.TURNING)
    assert found.entropy_production == pytest.approx(
        float(circulation.entropy_production(exact)), rel=0.2
    )
    current, force = circulation.current_and_force(exact)
    # Components of variance 1 have other units than the series.
    white = np.linalg.inv(np.linalg.cholesky(exact[0]))
    turned = np.linalg.eigh(exact[0])
    root = turned[1][:, ::-1] / np.sqrt(turned[0][::-1])
    current, force = circulation.current_and_force(root.T @ exact @ root)
    assert white.shape == root.shape
    assert np.sqrt(found.current_square) == pytest.approx(np.sqrt(current / force), rel=0.2)


# Moments and the longest e-folding time: those of networks, of which it is a seventh of the trace.
@pytest.mark.parametrize(
    ("moments", "slowest"), [(7000, 100), (7000, 500), (7000, 1000), (20_000, 1000)]
)
def test_a_reversible_mixture_of_slow_modes_has_no_current(moments, slowest):
    found = []
    for trial in range(MIXTURES):
        rng = np.random.default_rng([9, trial])
        components = circulation.leading(turning_noise.mixture(moments, slowest, rng), 4)
        lags, parts = LAGS[:1], 20
        found.append(
            circulation.look(
                components, lags=lags, half_width=8, count=19, parts=parts, rng=rng
            )
        )  # fmt: skip
    squares = np.array([it.current_square for it in found])
    error = squares.std(ddof=1) / np.sqrt(MIXTURES)
    assert abs(squares.mean()) < 3 * error
    for name in ("area_p", "null_p"):
        p_values = np.array([getattr(it, name) for it in found])
        assert abs(p_values.mean() - 0.5) < 4 / np.sqrt(12 * MIXTURES), name
        assert (p_values < LEVEL).sum() <= LEVEL * MIXTURES + 3.3 * np.sqrt(LEVEL * MIXTURES)


def test_alarms_where_there_is_no_current():
    p_values = []
    for trial in range(TRIALS):
        rng = np.random.default_rng([8, trial])
        found = look(turning_noise.straight(4000, rng), rng)
        p_values.append((found.area_p, found.lagged_p, found.reversal_p, found.null_p))
    alarms = (np.array(p_values) < LEVEL).sum(axis=0)
    # Between 2 and 9 % of 200; of fewer, as many as a binomial variate has.
    low, high = (4, 18) if TRIALS == 200 else (0, LEVEL * TRIALS + 3.3 * np.sqrt(LEVEL * TRIALS))
    assert np.all((alarms >= low) & (alarms <= high)), alarms / TRIALS
    mean = np.mean(p_values, axis=0)
    assert np.all(np.abs(mean - 0.5) < 4 / np.sqrt(12 * TRIALS)), mean
