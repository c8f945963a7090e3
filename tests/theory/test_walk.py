"""The equations of the random walk against closed forms and differences of fields."""

import numpy as np
import pytest

from thermophoresis.theory import walk

ETA = 0.01
PLACE = np.array([0.3, -0.4])


def noise(q):
    """A field whose components differ in every way."""
    x, y = q[..., 0], q[..., 1]
    return np.stack([1 + x**2 + 0.5 * x * y, np.exp(0.7 * x + 0.3 * y)], axis=-1)


def density(q):
    return np.exp(-(q[..., 0] ** 2) + 0.4 * q[..., 1])


def derivative(function, q, h=1e-5):
    """Derivatives along the last axis, by central differences."""
    shifts = h * np.eye(len(q))
    return np.stack([(function(q + it) - function(q - it)) / (2 * h) for it in shifts], axis=-1)


def terms():
    return noise(PLACE), derivative(noise, PLACE), density(PLACE), derivative(density, PLACE)


def test_eq_6_in_one_dimension():
    g, slope = np.array([2.0]), np.array([[3.0]])
    assert walk.diffusive_flow(0.1, g, np.array([5.0])) == pytest.approx(-0.01 * 4 * 5)
    assert walk.thermophoretic_flow(0.1, g, slope, np.array(7.0)) == pytest.approx(-0.01 * 6 * 7)
    assert walk.thermophoretic_coefficient(0.1, g, slope) == pytest.approx(0.01 * 6 / 2)


def test_eq_6_in_two_dimensions():
    # g = (3, 4) of length 5; rows of the Jacobian are components of g.
    g, jacobian = np.array([3.0, 4.0]), np.array([[1.0, 2.0], [0.0, -1.0]])
    along = 3 * (1 * 3 + 2 * 4) + 4 * (0 * 3 - 1 * 4)
    assert walk.steepness(g, jacobian) == pytest.approx(along / 5)
    gradient = np.array([1.0, -2.0])
    assert walk.diffusive_flow(1.0, g, gradient) == pytest.approx(-5 * (3 - 8))
    assert walk.thermophoretic_flow(1.0, g, jacobian, np.array(2.0)) == pytest.approx(
        -along / 5 * 2
    )


def test_the_fokker_planck_flow_is_a_divergence():
    # By differences of g gⱼ ρ, which knows nothing of the product rule.
    def covariance(q):
        return noise(q)[..., :, None] * noise(q)[..., None, :] * density(q)[..., None, None]

    divergence = np.trace(derivative(covariance, PLACE), axis1=1, axis2=2)
    g, jacobian, rho, gradient = terms()
    expected = -(ETA**2) / 2 * divergence @ g / np.linalg.norm(g)
    found = walk.fokker_planck_flow(ETA, g, jacobian, rho, gradient)
    assert found == pytest.approx(expected, rel=1e-8)


def test_the_factor_of_the_thermophoretic_flow_is_that_of_the_docstring():
    g, jacobian, rho, _ = terms()
    divergence, squared = np.trace(jacobian), g @ g
    factor = (1 + squared * divergence / (g @ jacobian @ g)) / 2
    found = walk.fokker_planck_flow(ETA, g, jacobian, rho, np.zeros(2))
    assert found == pytest.approx(factor * walk.thermophoretic_flow(ETA, g, jacobian, rho))
    assert abs(factor - 1) > 0.05


def test_distances_where_g_is_linear():
    # Δ⁺ = η g/(1 − η g′) and Δ⁻ = η g/(1 + η g′).
    above, below = walk.distances(0.1, lambda q: 2 + 3 * q, np.array([0.5]))
    assert above == pytest.approx(0.35 / 0.7)
    assert below == pytest.approx(0.35 / 1.3)
    leading = walk.leading_distance_difference(0.1, np.array([3.5]), np.array([[3.0]]))
    assert leading == pytest.approx(0.21)
    assert above - below == pytest.approx(leading / (1 - 0.3**2))
    # Eq. 17 has no remainder there.
    by_eq17 = walk.distance_difference(0.1, above, below, np.array([[3.0]]))
    assert by_eq17 == pytest.approx(above - below)


def test_the_remainder_of_eq_18_is_of_fourth_order_in_any_field():
    g, jacobian, *_ = terms()
    sizes = []
    for eta in (0.01, 0.02):
        above, below = walk.distances(eta, noise, PLACE)
        leading = walk.leading_distance_difference(eta, g, jacobian)
        sizes.append(np.linalg.norm(above - below - leading))
    assert np.log2(sizes[1] / sizes[0]) == pytest.approx(4, abs=0.02)


def test_the_far_end_doubles_the_diffusive_flow_alone():
    g, jacobian, rho, gradient = terms()
    factors = []
    for field, steep, slope in ((lambda q: g, 0 * jacobian, 1), (noise, jacobian, 0)):
        above, below = walk.distances(1e-4, field, PLACE)
        ends = [rho + slope * (gradient @ it) for it in (above, -below)]
        flow = walk.far_end_flow(above, below, *ends)
        factors.append(flow / walk.fokker_planck_flow(1e-4, g, steep, rho, slope * gradient))
    divergence = np.trace(jacobian)
    spread = (1 + g @ g * divergence / (g @ jacobian @ g)) / 2
    assert factors == [pytest.approx(2, rel=1e-3), pytest.approx(1 / spread, rel=1e-3)]


def test_soret_equilibrium():
    g = np.linspace(1, 3, 5)
    heat = walk.temperature(0.1, g)
    np.testing.assert_allclose(heat, 0.0025 * g**2)
    # c = T′ (Eqs. 21–23): by differences.
    steep = (walk.temperature(0.1, g + 1e-6) - walk.temperature(0.1, g - 1e-6)) / 2e-6
    of_eq7 = walk.thermophoretic_coefficient(0.1, g[:, None], np.ones((5, 1, 1)))
    np.testing.assert_allclose(of_eq7, steep, rtol=1e-8)
    printed, itos = 0.01 * g**2, 0.005 * g**2
    np.testing.assert_allclose(walk.soret_coefficient(itos, 2) * heat, 1)
    np.testing.assert_allclose(walk.noise_power(printed, 2, heat), -1)
    np.testing.assert_allclose(walk.noise_power(itos, 2, heat), -2)


def test_the_flow_is_zero_where_the_density_is_the_stationary_one():
    # g⁻² for Itô, g⁻¹ for the two terms of Eq. 6, with g = 2 + q².
    q = 0.7
    g, slope = np.array([2 + q**2]), np.array([[2 * q]])
    for power, printed in ((-2, False), (-1, True)):
        rho = g[0] ** power
        gradient = np.array([power * g[0] ** (power - 1) * slope[0, 0]])
        flows = (
            walk.diffusive_flow(1, g, gradient),
            walk.thermophoretic_flow(1, g, slope, rho),
        )
        itos = walk.fokker_planck_flow(1, g, slope, rho, gradient)
        assert (sum(flows) == pytest.approx(0)) == printed
        assert (itos == pytest.approx(0)) != printed
