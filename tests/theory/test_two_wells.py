"""Two wells: the loss against what it is to be, odds against sums, steps against a matrix."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from thermophoresis.simulations import transfer_operator
from thermophoresis.theory import two_wells as theory

CASES = (
    theory.Wells((0.36, 0.0), (1.0, 6.0), 1.36),
    theory.Wells((0.0, 0.2), (1.0, 1.0), 1.0),
    theory.Wells((0.0, 0.5), (30.0, 0.5), 2.0),
)
WELLS = CASES[0]


@pytest.mark.parametrize("wells", CASES)
def test_the_loss_is_smooth_with_the_levels_and_curvatures_asked_for(wells):
    minima = np.array([-1.0, 1.0]) * wells.widths
    np.testing.assert_allclose(theory.loss(minima, wells), wells.levels, atol=1e-14)
    np.testing.assert_allclose(theory.gradient(minima, wells), 0, atol=1e-14)
    np.testing.assert_allclose(theory.curvature(minima, wells), wells.curvatures)
    assert theory.loss(0.0, wells) == pytest.approx(wells.barrier)
    # The barrier has one curvature from both sides, minus the geometric mean.
    sides = theory.curvature(np.array([-1e-12, 1e-12]), wells)
    np.testing.assert_allclose(sides, -np.sqrt(np.prod(wells.curvatures)), rtol=1e-9)
    # Derivatives, also beyond the minima, and across them.
    x = np.linspace(2 * minima[0], 2 * minima[1], 1001)
    h = 1e-6
    for of, derivative in ((theory.loss, theory.gradient), (theory.gradient, theory.curvature)):
        change = (of(x + h, wells) - of(x - h, wells)) / (2 * h)
        np.testing.assert_allclose(change, derivative(x, wells), atol=1e-5 * 30)
    # It has no other minima.
    inside = np.linspace(*minima, 2001)[1:-1]
    slope = theory.gradient(inside[np.abs(inside) > 1e-9], wells)
    assert (np.diff(np.sign(slope)) != 0).sum() == 1


@pytest.mark.parametrize("wells", CASES)
def test_log_odds_and_variances_are_integrals(wells):
    noise = 0.3
    reach = [-1, 1] * (wells.widths + 8 * np.sqrt(noise / np.array(wells.curvatures)))

    def density(x, power=0):
        return float(x**power * np.exp(-theory.loss(x, wells) / noise))

    moments = np.array(
        [
            [quad(density, *ends, args=(p,), epsabs=1e-13, limit=200)[0] for p in range(3)]
            for ends in ((reach[0], 0), (0, reach[1]))
        ]
    )
    mass, mean, square = moments.T
    assert theory.log_odds(wells, noise) == pytest.approx(np.log(mass[0] / mass[1]), abs=1e-8)
    variance = square / mass - (mean / mass) ** 2
    np.testing.assert_allclose(theory.variance_within(wells, noise), variance, rtol=1e-6)


def test_log_odds_in_two_dimensions_are_integrals():
    wells = theory.Wells((0.36, 0.0), (1.0, 6.0), 1.36, (1.0, 2.0))
    noise = 0.3

    def density(y, x):
        exponent = theory.loss(x, wells) + theory.across(x, wells) * y**2 / 2
        return float(np.exp(-exponent / noise))

    first, second = (
        dblquad(density, *ends, -5, 5, epsabs=1e-7)[0] for ends in ((-6.0, 0.0), (0.0, 4.0))
    )
    assert theory.log_odds(wells, noise) == pytest.approx(np.log(first / second), abs=1e-5)
    np.testing.assert_allclose(theory.across(np.array([-9.0, 9.0]), wells), [1, 2])


def test_little_noise_has_the_printed_odds():
    noise = np.array([0.02, 0.05])
    found = theory.log_odds(WELLS, noise)
    np.testing.assert_allclose(found, theory.printed_log_odds(WELLS, noise), atol=1e-3)
    # By hand: ½ ln 6 − 0.36/T, which is 0 at 0.36/(½ ln 6).
    assert theory.printed_log_odds(WELLS, 0.5) == pytest.approx(np.log(6) / 2 - 0.72)
    even = theory.printed_crossover(WELLS)
    assert theory.printed_log_odds(WELLS, even) == pytest.approx(0, abs=1e-12)
    # The flat one deeper: at no noise.
    assert np.isnan(theory.printed_crossover(theory.Wells((0.0, 0.3), (1.0, 6.0), 1.3)))
    assert theory.temperature(0.1, 4, 3.0) == pytest.approx(0.0375)


def stationary_odds(rate, noise, law, batch_size):
    edges = np.linspace(-7.0, 4.2, 561)  # of which one is the barrier
    assert np.abs(edges).min() < 1e-12
    matrix = transfer_operator.transitions(
        edges,
        lambda x: theory.gradient(x, WELLS),
        lambda x: np.full_like(x, 2 * noise * batch_size / rate),
        learning_rate=rate,
        batch_size=batch_size,
        law=law,
    )
    mass = transfer_operator.stationary(matrix)
    first = mass[edges[1:] <= 1e-12].sum()
    return np.log(first / (1 - first))


def test_steps_change_odds_as_to_first_order():
    noise, rate = 0.375, 0.01
    steps, kurtosis = theory.first_order(WELLS, noise)
    shifts = [
        stationary_odds(it, noise, transfer_operator.GAUSSIAN, 1) - theory.log_odds(WELLS, noise)
        for it in (rate, rate / 2)
    ]
    # s(η) = aη + bη²: a is 4s(η/2) − s(η) over η.
    assert (4 * shifts[1] - shifts[0]) / rate == pytest.approx(steps, rel=0.02)
    # Batches of one sample ± 0.95 and a normal number have the excess kurtosis −2·0.95⁴.
    law = transfer_operator.Law((-0.95, 0.95), (0.5, 0.5))
    change = stationary_odds(rate, noise, law, 1) - stationary_odds(
        rate, noise, transfer_operator.GAUSSIAN, 1
    )
    assert change == pytest.approx(-2 * 0.95**4 * kurtosis * rate, rel=0.1)


def test_as_noise_vanishes_steps_favour_the_flat_well_by_a_quarter_of_curvatures():
    steps, _ = theory.first_order(WELLS, 0.01)
    assert steps == pytest.approx(-(1 - 6) / 4, rel=0.02)


def test_odds_relax_as_the_matrix_says():
    noise, rate = 0.25, 0.02
    edges = np.linspace(-6.4, 3.6, 401)
    matrix = transfer_operator.transitions(
        edges,
        lambda x: theory.gradient(x, WELLS),
        lambda x: np.full_like(x, 2 * noise / rate),
        learning_rate=rate,
        batch_size=1,
    )
    second = np.sort(np.abs(np.linalg.eigvals(matrix)))[-2]
    found = -rate / np.log(second)
    assert theory.relaxation_time(WELLS, noise) == pytest.approx(found, rel=0.1)
