"""Potentials of noise: against closed forms, and errors put in."""

import numpy as np
import pytest

from thermophoresis.config.measurements.noise_potential import NoisePotential
from thermophoresis.measurements import critical_points, noise_potential


@pytest.fixture(scope="module")
def computed():
    settings = NoisePotential(kind="noise_potential", cells=80, systems=4)
    return noise_potential.measure(settings, (), (), ())


def test_readings_of_the_printed_gradient(computed):
    distance = computed["reading_distance"]
    assert distance.sel(reading="rows") < 0.004
    coarse = noise_potential.reading_distance("rows", 40)
    assert np.log2(coarse / distance.sel(reading="rows")) == pytest.approx(2, abs=0.2)
    assert (distance.drop_sel(reading="rows") > 0.2).all()


def test_derivatives_are_those_of_noise_and_circulation():
    x = np.random.default_rng(0).uniform(-2, 2, (6, 2))
    found = noise_potential._derivatives(x)
    step = 1e-6
    for axis, moved in enumerate(step * np.eye(2)):
        slope = (noise_potential._noise(x + moved) - noise_potential._noise(x - moved)) / (2 * step)
        np.testing.assert_allclose(found[0, ..., axis], slope, atol=1e-8)
    slopes = np.stack([np.cos(x[:, 0]), np.full(6, 0.5)], axis=1)
    np.testing.assert_allclose(found[1, :, 0, 1], slopes)
    np.testing.assert_allclose(found[1, :, 1, 0], -slopes)


def test_noise_that_is_a_function_of_the_loss_changes_nothing(computed):
    assert computed["isotropic_distance"] < 1e-6


def test_a_potential_with_noise_that_depends_on_the_place(computed):
    # Φ = (1 + β⁻¹) ln(1 + x²/2) at β = 1 and 4, at |x| = 1.
    change = computed["temperature_change"]
    assert change.sel(system="line") == pytest.approx(0.75 * np.log(1.5), rel=1e-4)
    assert change.sel(system="plane") == pytest.approx(0.059, abs=0.0015)
    fine = noise_potential._line_potential(1.0, 40)
    np.testing.assert_allclose(fine, 2 * np.log(1 + noise_potential.POINTS**2 / 2), atol=2e-4)


def test_constant_noise_leaves_a_current(computed):
    assert computed["current_over_error"] > 50
    assert computed["potential_change_over_error"] > 50
    size, difference = noise_potential.of_plane(1.0, 40)
    assert size == pytest.approx(0.25, abs=0.01)
    assert difference == pytest.approx(2.75, abs=0.02)


def test_a_current_needs_what_couples_directions(monkeypatch):
    monkeypatch.setattr(noise_potential, "COUPLING", 0.0)
    assert noise_potential.of_plane(1.0, 40)[0] < 1e-12


def test_critical_points_are_apart_by_the_temperature(computed):
    exponents, errors = computed["shift_exponent"], computed["shift_exponent_standard_error"]
    assert (np.abs(exponents - 1) < 4 * errors).all()
    assert (errors < 0.01).all()
    assert errors.attrs["replicas"] == 4
    # To first order x* = −β⁻¹ D′(0)/f″(0), with b = ¼ + ¼·½.
    shifts = critical_points.line_shifts(np.array([0.4, 0.5, -1.0, 0.2]))
    np.testing.assert_allclose(shifts / critical_points.LINE_TEMPERATURES, 0.375, rtol=0.02)


def test_exponents_are_found():
    temperatures = np.geomspace(1e-3, 1e-2, 5)
    shifts = np.array([[2.0], [0.3]]) * temperatures**0.7 * np.exp(-3 * temperatures)
    np.testing.assert_allclose(critical_points._exponents(temperatures, shifts, 1), 0.7)
    assert (np.abs(critical_points._exponents(temperatures, shifts, 0) - 0.7) > 0.005).all()
