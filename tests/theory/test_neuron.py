"""A unit under the noise of SGD: closed forms against quadrature, slopes against differences."""

import numpy as np
import pytest
from scipy import integrate, stats

from thermophoresis.theory import neuron, slow_flow

NORMS, BIASES = np.array([0.6, 1.0, 2.5, 0.3, 1.4]), np.array([0.4, 0.0, -3.0, -0.9, 2.0])
WEIGHTS = np.array([0.8, -0.5, 1.5, -2.0, -1.2])
FACTOR = 0.21
H = 1e-5


def constant(weight, norm, bias):
    """g_V and g_b of Eqs. 34 and 36 by quadrature, r² being a factor."""

    def mean(function):
        law = stats.norm(bias, norm).pdf
        upper = max(bias, 0.0) + 12 * norm
        return integrate.quad(lambda u: function(u) * law(u), 0.0, upper, epsabs=1e-14)[0]

    return np.sqrt(FACTOR * mean(lambda u: u**2)), abs(weight) * np.sqrt(FACTOR * mean(lambda u: 1))


def exact(weight, norm, bias):
    """g_V and g_b of a network of this unit alone, whose r² = (p − ½)² + ¼ depends on f = V h."""
    edges = np.concatenate([np.linspace(0, max(bias, 0.0) + 12 * norm, 9)])
    nodes, shares = np.polynomial.legendre.leggauss(60)
    middles, halves = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    u = (middles[:, None] + halves[:, None] * nodes).ravel()
    law = stats.norm(bias, norm).pdf(u) * (halves[:, None] * shares).ravel()
    square = 0.25 + np.tanh(weight * u / 2) ** 2 / 4
    return np.sqrt(law @ (square * u**2)), abs(weight) * np.sqrt(law @ square)


def differences(g, weight, norm, bias):
    """Slopes of g in (|V|, b) as `Unit.slopes` has them, by central differences."""
    sign = np.sign(weight)
    by_v = np.subtract(g(weight + sign * H, norm, bias), g(weight - sign * H, norm, bias))
    by_b = np.subtract(g(weight, norm, bias + H), g(weight, norm, bias - H))
    (v_v, v_b), (b_v, b_b) = zip(by_v / (2 * H), by_b / (2 * H), strict=True)
    return np.array([v_v, v_b, b_v, b_b])


def printed_unit():
    return neuron.unit(WEIGHTS, neuron.gaussian_moments(NORMS, BIASES, FACTOR))


def test_g_and_its_slopes_are_those_of_quadrature():
    unit = printed_unit()
    for i, own in enumerate(zip(WEIGHTS, NORMS, BIASES, strict=True)):
        assert (unit.g_v[i], unit.g_b[i]) == pytest.approx(constant(*own), rel=1e-8)
        slopes = [it[i] for it in unit.slopes]
        np.testing.assert_allclose(slopes, differences(constant, *own), rtol=1e-5, atol=1e-8)


def moments_of_one(weight, norm, bias):
    """Moments with the true r² of a network of one unit, densely."""
    u = np.linspace(0, max(bias, 0.0) + 12 * norm, 400_001)
    law, q = stats.norm(bias, norm).pdf(u), np.tanh(weight * u / 2) / 2

    def mean(values):
        return integrate.simpson(values * law, x=u)

    slope = 2 * q * (0.25 - q**2)
    square = 0.25 + q**2
    return neuron.Moments(
        *(mean(square * u**power) for power in range(3)),
        kink=0.25 * stats.norm(bias, norm).pdf(0),
        slopes=tuple(mean(slope * u**power) for power in range(4)),
    )


@pytest.mark.parametrize("index", range(5))
def test_slopes_with_the_true_residual_are_those_of_quadrature(index):
    own = WEIGHTS[index], NORMS[index], BIASES[index]
    unit = neuron.unit(own[0], moments_of_one(*own))
    assert (unit.g_v, unit.g_b) == pytest.approx(exact(*own), rel=1e-8)
    found = np.array(unit.slopes)
    np.testing.assert_allclose(found, differences(exact, *own), rtol=1e-5, atol=1e-8)
    if index == 4:  # where r² depends on f, what the paper leaves out is there
        assert found[0] > 0.003


def test_psi_is_half_of_what_eq_6_gives_with_the_other_sign():
    """Eqs. 34–37 in the second term of Eq. 6 with η = |B| = ρ = 1, by differences of g alone."""
    psi = neuron.psi(printed_unit())
    for i, own in enumerate(zip(WEIGHTS, NORMS, BIASES, strict=True)):
        g = np.array(constant(*own))
        slopes = differences(constant, *own).reshape(2, 2)  # of g_i in coordinate j
        flow = -(g @ slopes @ g) / np.hypot(*g)
        assert flow == pytest.approx(-2 * psi[i], rel=1e-5)


def test_the_flux_along_g_is_the_component_reading_projected_on_it():
    unit = printed_unit()
    u_v, u_b = neuron.component_drift(unit)
    along = (unit.sign * u_v * unit.g_v + u_b * unit.g_b) / unit.length
    np.testing.assert_allclose(along, -neuron.psi(unit), rtol=1e-12)
    projected = neuron.projected_drift(unit)
    np.testing.assert_allclose(projected, along * unit.g_b / unit.length, rtol=1e-12)
    # Both towards the smaller |V| and b.
    assert (unit.sign * u_v < 0).all()
    assert (u_b < 0).all()
    assert (projected < 0).all()


def test_components_are_minus_half_of_the_slopes_of_g_along_g():
    unit = neuron.unit(WEIGHTS[4], moments_of_one(WEIGHTS[4], NORMS[4], BIASES[4]))
    own = WEIGHTS[4], NORMS[4], BIASES[4]
    g, slopes = np.array(exact(*own)), differences(exact, *own).reshape(2, 2)
    drift = np.array(neuron.component_drift(unit)) * (unit.sign, 1)
    np.testing.assert_allclose(drift, -(slopes @ g) / 2, rtol=1e-5)
    terms = sum(neuron.printed_terms(unit)) + neuron.neglected_terms(unit)
    assert terms == pytest.approx(g @ slopes @ g, rel=1e-5)
    assert neuron.neglected_terms(unit) > 1e-4


def test_what_shares_a_sign_but_not_a_size_costs_a_fifth():
    """At V → 0 and b = 0, Eq. 38 has √(E h² E s) where noise and V together have E h."""
    norm = np.array([0.7, 1.3])
    unit = neuron.unit(np.full(2, 1e-9), neuron.gaussian_moments(norm, 0 * norm))
    _, u_b = neuron.component_drift(unit)
    slow = slow_flow.bias_rate(norm, 0 * norm)
    np.testing.assert_allclose(slow / u_b, np.sqrt(2 / np.pi), rtol=1e-8)


def test_a_unit_without_weight_has_the_limit_of_small_ones():
    moments = neuron.gaussian_moments(np.ones(3), np.full(3, 0.2))
    unit = neuron.unit(np.array([0.0, 1e-9, -1e-9]), moments)
    for drift in neuron.component_drift(unit):
        np.testing.assert_allclose(drift, drift[0], atol=1e-8)


def test_a_unit_that_is_never_active_stands_still():
    unit = neuron.unit(np.ones(2), neuron.gaussian_moments(np.ones(2), np.array([-60.0, -30.0])))
    for values in (*neuron.component_drift(unit), neuron.projected_drift(unit), *unit.slopes):
        assert np.isfinite(values).all()
        assert np.abs(values).max() < 1e-90
