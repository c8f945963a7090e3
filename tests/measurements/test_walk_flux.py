"""The flow of the one-dimensional walk against random walkers and the Itô Fokker–Planck flux."""

import numpy as np
import pytest

from thermophoresis.config.measurements.walk_flux import WalkFlux
from thermophoresis.measurements.walk_flux import POSITIONS, flow, measure


def computed(**settings):
    return measure(WalkFlux(kind="walk_flux", **settings), (), (), ())


@pytest.mark.parametrize(("noise", "density"), [(0.0, 1.0), (1.0, 0.0), (-0.5, 2.0), (1.5, -1.0)])
def test_the_flow_is_that_of_the_ito_fokker_planck_equation(noise, density):
    # J = -d/dq (η² g² ρ / 2), with g and ρ exponentials: closed form.
    eta = 1e-3
    q = POSITIONS
    expected = -(eta**2) / 2 * (2 * noise + density) * np.exp((2 * noise + density) * q)
    np.testing.assert_allclose(flow(q, eta, noise, density), expected, rtol=1e-3)


@pytest.mark.parametrize("noise", [0.01, -1.0, 2.0])
@pytest.mark.parametrize("density", [0.0, 0.01, 2.0])
def test_rounding_does_not_reach_the_ratio_at_the_least_step(noise, density):
    if abs(noise + density) < 0.01:
        density = 0.5
    q, eta = POSITIONS, 1e-6
    both = np.exp((2 * noise + density) * q)
    expected = -(eta**2) / 2 * (2 * noise + density) * both
    np.testing.assert_allclose(
        flow(q, eta, noise, density), expected, rtol=1e-4, atol=1e-6 * eta**2
    )


def test_the_flow_is_what_walkers_carry():
    # A uniform density on a wide interval; only walkers near q = 0.3 cross it.
    eta, noise, place = 0.3, 0.8, 0.3
    q = np.linspace(-2, 1.5, 2_000_001)
    step = eta * np.exp(noise * q)
    right = np.count_nonzero((q < place) & (q + step >= place))
    left = np.count_nonzero((q >= place) & (q - step < place))
    carried = (right - left) / 2 * (q[1] - q[0])
    assert flow(np.array([place]), eta, noise, 0.0)[0] == pytest.approx(carried, abs=1e-5)
    assert carried < -0.01


def test_eq_6_has_the_thermophoretic_term_and_twice_the_diffusive_one():
    thermophoretic, diffusive = computed(noise_slope=1.0), computed(density_slope=1.0)
    np.testing.assert_allclose(thermophoretic["flow_ratio"], 1.0, rtol=1e-4)
    np.testing.assert_allclose(diffusive["flow_ratio"], 0.5, rtol=1e-4)


def test_it_makes_what_it_declares():
    found = computed(noise_slope=1.0)
    assert found.data_vars.keys() == set(WalkFlux.variables)
    assert {found[name].dims for name in WalkFlux.variables} == {WalkFlux.axes}


def test_eq_7_is_half_of_the_coefficient_in_eq_6():
    np.testing.assert_allclose(computed(noise_slope=-1.0)["coefficient_ratio"], 2.0, rtol=1e-4)
    assert np.isnan(computed(density_slope=1.0)["coefficient_ratio"]).all()
    assert np.isnan(computed(density_slope=1.0, noise_slope=1.0)["coefficient_ratio"]).all()
