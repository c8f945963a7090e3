"""Escape times of discrete SGD: exact, counted, and as Kramers has them."""

import numpy as np
import pytest
from scipy.integrate import dblquad

from thermophoresis.config.measurements.escape_times import EscapeTimes
from thermophoresis.measurements import escape_times as escapes
from thermophoresis.measurements.noise_convention import extrapolated
from thermophoresis.theory.state_dependent_noise import kramers_time

SETTINGS = EscapeTimes(kind="escape_times", wells=6, exits=400, replicas=16)


@pytest.fixture(scope="module")
def computed():
    return escapes.measure(SETTINGS, (), (), ())


def test_the_limit_is_the_first_passage_time_of_the_continuous_process():
    """τ = T⁻¹ ∫_{−1}^{1} dy e^{L(y)/T} ∫_{−∞}^{y} dz e^{−L(z)/T}."""
    well = escapes.well(0.2, 0.5)
    slope = np.polynomial.Polynomial([-0.2, -1, 0.2, 1]) * np.polynomial.Polynomial([1, 0, 0.5])
    loss = slope.integ()
    loss = loss / (loss(-0.2) - loss(-1.0))
    assert well.curvature == pytest.approx(loss.deriv(2)(-1.0))
    assert well.barrier == pytest.approx(-loss.deriv(2)(-0.2))
    u = 4.0
    expected = (
        u
        * dblquad(lambda z, y: np.exp(u * (loss(y) - loss(z))), -1, 1, lambda y: -2.2, lambda y: y)[
            0
        ]
    )
    steps = (0.2, 0.1, 0.05, 0.025)
    times = np.log([escapes.mean_time(well, u, it) for it in steps])
    # Where it is left after a jump beyond the end is of the order of √η.
    assert np.exp(extrapolated(steps, times, 0.5)[0]) == pytest.approx(expected, rel=5e-3)
    assert np.exp(extrapolated(steps[:3], times[:3])[0]) == pytest.approx(expected, rel=0.01)


def test_slopes(computed):
    assert 0.97 < computed["slope"] < 0.99
    assert abs(computed["limit_slope"] - 1) < 0.02
    # High barriers come close to Kramers' times.
    over = computed["limit_over_kramers"].values
    assert (np.diff(over) < 0).all()
    assert over[-1] < 1.1


def test_slopes_of_known_times():
    ratios = np.arange(3.0, 8.0)
    logs = ratios + np.array([[0.1], [0.2]]) + 0.5 / ratios
    assert escapes.mean_slope(ratios, logs, 1) == pytest.approx((1.0, 0.0), abs=1e-9)
    plain, error = escapes.mean_slope(ratios, logs, 0)
    assert plain < 0.985
    assert error == pytest.approx(0, abs=1e-12)


def test_counted_times(computed):
    ratio, error = computed["counted_over_exact"], computed["counted_over_exact_standard_error"]
    assert (np.abs(ratio - 1) < 4 * error).all()
    assert (error < 0.12).all()
    assert error.attrs["replicas"] == 16


def test_the_first_well_is_the_quartic():
    first, *others = escapes.drawn_wells(6, 0)
    assert first.curvature == pytest.approx(8)
    assert first.barrier == pytest.approx(4)
    assert len({it.curvature for it in others}) == 5
    exact = escapes.mean_time(first, 9.0, 0.05)
    assert exact == pytest.approx(kramers_time(1, 1 / 9, 8, 4), rel=0.06)
