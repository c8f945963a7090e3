"""The flow of the walk against random walkers and the Itô Fokker–Planck flux."""

import numpy as np
import pytest

from thermophoresis.config.measurements.walk_flux import WalkFlux
from thermophoresis.measurements.walk_flux import POSITIONS, _truncated, flow, measure


def settings(noise=0.0, density=0.0, cross=None, **others):
    named = {"noise_slope": noise, "density_slope": density, "cross_slope": cross}
    return WalkFlux(kind="walk_flux", **named, **others)


def computed(*slopes, **others):
    return measure(settings(*slopes, **others), (), (), ())


@pytest.mark.parametrize(("noise", "density"), [(0.0, 1.0), (1.0, 0.0), (-0.5, 2.0), (1.5, -1.0)])
def test_the_flow_is_that_of_the_ito_fokker_planck_equation(noise, density):
    # J = -d/dq (η² g² ρ / 2), with g and ρ exponentials: closed form.
    q, eta = POSITIONS, 1e-3
    expected = -(eta**2) / 2 * (2 * noise + density) * np.exp((2 * noise + density) * q)
    np.testing.assert_allclose(flow(settings(noise, density), q), expected, rtol=1e-3)


@pytest.mark.parametrize("cross", [-0.4, 0.0, 1.0])
@pytest.mark.parametrize(("noise", "density"), [(0.5, 0.0), (0.2, 1.0), (0.0, 0.7)])
def test_so_it_is_in_two_dimensions(noise, density, cross):
    # −½η²∂ⱼ(g gⱼ ρ) along the diagonal, where g = G (1, 1) and ρ = exp(density q):
    # −½η² √2 G² ρ (density + (3 noise + cross)); see `theory.walk` for its general form.
    q, eta = POSITIONS, 1e-3
    both = np.exp((2 * (noise + cross) + density) * q)
    expected = -(eta**2) / 2 * np.sqrt(2) * (density + 3 * noise + cross) * both
    found = computed(noise, density, cross)
    np.testing.assert_allclose(found["flow"], expected, rtol=1e-3)
    np.testing.assert_allclose(found["flow_fokker_planck"], expected, rtol=1e-12)


@pytest.mark.parametrize("noise", [0.01, -1.0, 2.0])
@pytest.mark.parametrize("density", [0.0, 0.01, 2.0])
def test_rounding_does_not_reach_the_ratio_at_the_least_step(noise, density):
    if abs(noise + density) < 0.01:
        density = 0.5
    q, eta = POSITIONS, 1e-6
    both = np.exp((2 * noise + density) * q)
    expected = -(eta**2) / 2 * (2 * noise + density) * both
    found = flow(settings(noise, density, step_size=eta), q)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6 * eta**2)


def test_the_flow_is_what_walkers_carry():
    # A uniform density on a wide interval; only walkers near q = 0.3 cross it.
    eta, noise, place = 0.05, 1.0, 0.3
    q = np.linspace(-2, 1.5, 2_000_001)
    step = eta * np.exp(noise * q)
    right = np.count_nonzero((q < place) & (q + step >= place))
    left = np.count_nonzero((q >= place) & (q - step < place))
    carried = (right - left) / 2 * (q[1] - q[0])
    found = flow(settings(noise, step_size=eta), np.array([place]))[0]
    assert found == pytest.approx(carried, abs=2e-6)
    assert carried < -0.004


def test_the_flow_in_two_dimensions_is_what_walkers_on_a_grid_carry():
    # Midpoints of a fine grid along the diagonal and across it, of which each steps both ways.
    eta, own, cross, slope, place, line = 0.06, 1.0, 0.2, 0.5, 0.2, 0.002
    along, across = np.meshgrid(
        np.linspace(-0.4, 0.4, 16_001), np.linspace(-line, line, 101), indexing="ij"
    )
    x, y = place + (along + across) / np.sqrt(2), place + (along - across) / np.sqrt(2)
    gx, gy = eta * np.exp(own * x + cross * y), eta * np.exp(own * y + cross * x)
    carried = 0.0
    for sign in (1, -1):
        ahead, turned = sign * (gx + gy) / np.sqrt(2), sign * (gx - gy) / np.sqrt(2)
        at = across - along * turned / ahead
        through = ((along < 0) != (along + ahead < 0)) & (np.abs(at) <= line / 2)
        carried += sign * np.sum(np.exp(slope * (x + y) / 2)[through]) / 2
    cell = (along[1, 0] - along[0, 0]) * (across[0, 1] - across[0, 0])
    found = flow(settings(own, slope, cross, step_size=eta), np.array([place]))[0]
    # The line's ends are between two points of the grid: 51 points stand for 50 spacings.
    assert found == pytest.approx(carried * cell / line * 50 / 51, rel=0.01)


@pytest.mark.parametrize(
    "slopes", [(0.5, 0.0), (0.0, 0.5), (0.7, 0.5, 0.1), (0.5, 0.0, 0.0), (0.0, 0.3, 0.5)]
)
def test_walkers_carry_the_flow(slopes):
    found = computed(*slopes, step_size=0.05, walkers=400_000, seed=3)
    deviation = (found["flow_sampled"] - found["flow"]) / found["flow_sampled_standard_error"]
    assert len(deviation) == 17
    assert abs(deviation).max() < 4
    assert 5 < float((deviation**2).sum()) < 36  # 0.1 % of χ² with 17 degrees on either side
    assert found["flow_sampled_ratio_standard_error"].attrs["replicas"] == 400_000
    weights = found["flow_sampled_ratio_standard_error"] ** -2
    assert float(weights.sum()) ** -0.5 < 0.05


def test_walkers_are_drawn_from_the_density():
    # Truncated exponential: its mean in closed form, coth-like.
    u = (np.arange(100_000) + 0.5) / 100_000
    slope, reach = 1.7, 0.6
    drawn = _truncated(u, slope, reach)
    assert drawn.mean() == pytest.approx(reach / np.tanh(slope * reach) - 1 / slope, rel=1e-6)
    np.testing.assert_allclose(_truncated(np.array([0.0, 1.0]), slope, reach), [-reach, reach])


def test_eq_6_has_the_thermophoretic_term_and_twice_the_diffusive_one():
    np.testing.assert_allclose(computed(1.0)["flow_ratio"], 1.0, rtol=1e-4)
    np.testing.assert_allclose(computed(0.0, 1.0)["flow_ratio"], 0.5, rtol=1e-4)
    np.testing.assert_allclose(computed(0.0, 1.0, 0.0)["flow_ratio"], 0.5, rtol=1e-4)


@pytest.mark.parametrize(("noise", "cross"), [(0.5, 0.0), (0.0, 0.5), (0.5, 0.5), (0.2, 0.6)])
def test_the_thermophoretic_term_lacks_how_the_field_spreads(noise, cross):
    expected = (1 + 2 * noise / (noise + cross)) / 2
    found = computed(noise, 0.0, cross)
    np.testing.assert_allclose(found["flow_ratio"], expected, rtol=1e-4)


@pytest.mark.parametrize("slopes", [(0.0, 1.0), (1.0, 0.0), (0.5, 0.0, 0.1)])
def test_the_far_end_is_what_eq_6_comes_from(slopes):
    found = computed(*slopes)
    np.testing.assert_allclose(found["flow_far_end"], found["flow_printed"], rtol=1e-4)


def test_it_makes_what_it_declares():
    found = computed(1.0)
    assert found.data_vars.keys() == set(WalkFlux.variables)
    assert {found[name].dims for name in WalkFlux.variables} == {WalkFlux.axes}


def test_eq_7_is_half_of_the_coefficient_in_eq_6():
    np.testing.assert_array_equal(computed(-1.0)["coefficient_ratio"], 0.5)
    np.testing.assert_array_equal(computed(0.5, 0.0, 0.2)["coefficient_ratio"], 0.5)
    assert np.isnan(computed(0.0, 1.0)["coefficient_ratio"]).all()


@pytest.mark.parametrize("slopes", [(1.0,), (-0.3, 0.5), (0.5, 0.0, 0.2)])
def test_the_remainder_of_eq_18_is_of_fourth_order(slopes):
    np.testing.assert_allclose(computed(*slopes)["remainder_exponent"], 4, atol=0.01)
    assert np.isnan(computed(0.0, 1.0)["remainder_exponent"]).all()


def test_steps_that_are_too_long_are_refused():
    # 0.25 / (2 e²) = 0.0169.
    with pytest.raises(ValueError, match=r"step_size must be at most 0\.0169 with these slopes"):
        settings(2.0, step_size=0.05)
