"""Wells that are no parabolas: odds are integrals, and what is printed errs as is said."""

import numpy as np
import pytest
from scipy.integrate import quad

from thermophoresis.simulations import transfer_operator
from thermophoresis.theory import anharmonic_wells as theory
from thermophoresis.theory import two_wells

CASES = (theory.Tilted(0.2, 0.0), theory.Tilted(0.4, 1.0, 2.0))
GLUED = two_wells.Wells((0.36, 0.0), (1.0, 6.0), 1.36)


@pytest.mark.parametrize("wells", CASES)
def test_log_odds_of_tilted_wells_are_integrals(wells):
    x, b, c = np.linspace(-1.5, 1.5, 7), wells.tilt, wells.stiffness
    slope = (x**2 - 1) * (x + b) * (1 + c * x**2)
    ratio = wells.loss.deriv()(x) / np.where(slope == 0, 1, slope)
    np.testing.assert_allclose(ratio[np.abs(slope) > 1e-9], ratio[0])
    assert wells.loss(-b) - wells.loss(-1.0) == pytest.approx(wells.barrier)
    for noise in (0.3 * wells.barrier, 0.75 * wells.barrier):
        first, second = (
            quad(lambda x, t=noise: np.exp(-wells.loss(x) / t), *ends, epsabs=0, limit=200)[0]
            for ends in ((-4, -b), (-b, 4))
        )
        expected = np.log(first / second)
        assert theory.log_odds(wells, noise) == pytest.approx(expected, abs=1e-9)


def test_the_quartic_is_as_by_hand():
    """b = 1/5: k = 1/(0.512/3 − 0.4096/12), H = 2k(1 ∓ b), L‴ = k(2b ∓ 6), L⁗ = 6k."""
    wells = CASES[0]
    k = 1 / (0.512 / 3 - 0.4096 / 12)
    np.testing.assert_allclose(wells.derivatives(2), [1.6 * k, 2.4 * k])
    np.testing.assert_allclose(wells.derivatives(3), [-5.6 * k, 6.4 * k])
    np.testing.assert_allclose(wells.derivatives(4), [6 * k, 6 * k])
    expected = np.log(1.5) / 2 - 4 / 15 * k / 0.5
    assert theory.printed_log_odds(wells, 0.5) == pytest.approx(expected)


@pytest.mark.parametrize("wells", CASES)
def test_what_is_printed_errs_by_the_correction_to_second_order(wells):
    noise = np.array([0.005, 0.01])
    off = theory.log_odds(wells, noise) - theory.printed_log_odds(wells, noise)
    left = off - theory.correction(wells) * noise
    assert np.log2(left[1] / left[0]) == pytest.approx(2, abs=0.05)
    assert abs(left[1]) < 0.1 * abs(off[1])


def test_discrete_sgd_has_the_odds_of_quadrature_and_not_those_printed():
    wells, noise, rate = CASES[1], 1.2, 0.0005
    side = 0.008
    edges = -wells.tilt + side * np.arange(-220, 280)
    found = []
    for eta in (rate, rate / 2):
        matrix = transfer_operator.transitions(
            edges,
            wells.loss.deriv(),
            lambda x, eta=eta: np.full_like(x, 2 * noise / eta),
            learning_rate=eta,
            batch_size=1,
        )
        mass = transfer_operator.stationary(matrix)
        first = mass[:220].sum()
        found.append(np.log(first / (1 - first)))
    limit = 2 * found[1] - found[0]
    assert limit == pytest.approx(float(theory.log_odds(wells, noise)), abs=2e-3)
    assert limit - float(theory.printed_log_odds(wells, noise)) > 0.1


def test_quartics_up_to_the_barrier_are_integrals_and_err_by_a_root():
    noise = 0.3
    masses = []
    for level, h, depth in zip(GLUED.levels, GLUED.curvatures, GLUED.depths, strict=True):
        a = 6 / (1 + np.sqrt(6) / h)
        width = np.sqrt(2 * a * depth / h)

        def loss(x, a=a, width=width, level=level, h=h, depth=depth):
            u = x / width
            inner = depth * (a * u**2 + (4 - 2 * a) * u**3 + (a - 3) * u**4)
            return level + (inner if x > 0 else h * x**2 / 2)

        # A barrier with one curvature, and no slope there.
        step = 1e-4
        values = [loss(width + it) for it in (-step, 0, step)]
        assert values[1] == pytest.approx(GLUED.barrier)
        bend = (values[0] - 2 * values[1] + values[2]) / step**2
        assert bend == pytest.approx(-np.sqrt(6), rel=1e-3)
        masses.append(quad(lambda x, of=loss: np.exp(-of(x) / noise), -8, width)[0])
    found = theory.quartic_log_odds(GLUED, noise)
    assert found == pytest.approx(np.log(masses[0] / masses[1]), abs=1e-7)
    # Eq. 2: the error over √T goes to a difference of L‴/H^{3/2} of both wells.
    small = np.array([0.0004, 0.0016])
    off = theory.quartic_log_odds(GLUED, small) - two_wells.printed_log_odds(GLUED, small)
    a = 6 / (1 + np.sqrt(6) / np.array(GLUED.curvatures))
    third = 6 * (4 - 2 * a) * GLUED.depths / (2 * a * GLUED.depths) ** 1.5
    expected = -(third[0] - third[1]) / (3 * np.sqrt(2 * np.pi))
    limit = 2 * off[0] / np.sqrt(small[0]) - off[1] / np.sqrt(small[1])
    assert limit == pytest.approx(expected, rel=1e-3)
