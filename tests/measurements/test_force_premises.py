"""Premises on a force: the free energy falls, and which premise the rate of its fall needs."""

import numpy as np
import pytest

from thermophoresis.config.measurements.force_premises import ForcePremises
from thermophoresis.measurements import force_premises
from thermophoresis.theory import double_well


@pytest.fixture(scope="module")
def computed():
    return force_premises.measure(ForcePremises(kind="force_premises", cells=80), (), (), ())


def test_the_free_energy_falls(computed):
    assert (computed["energy_rise"] <= 1e-12).all()


def test_what_is_left_of_the_rate(computed):
    order = computed["dissipation_order"]
    assert order.sel(premise="stationary") == pytest.approx(2, abs=0.1)
    assert order.sel(premise="divergence") == pytest.approx(0, abs=0.1)
    np.testing.assert_allclose(computed["residuals"][-1], computed["dissipation_residual"])
    # ∫ρ j·∇Φ with j = λ(−x₂, x₁) over ∫ρ|∇μ|², by means of the normal law:
    # j·∇Φ = λ(2x₁x₂ − x₁³x₂).
    mean, variance = force_premises.MEAN, force_premises.VARIANCE
    third = mean[0] ** 3 + 3 * mean[0] * variance[0]
    left = 1.5 * (2 * mean[0] - third) * mean[1]
    x = np.random.default_rng(0).normal(mean, np.sqrt(variance), (400_000, 2))
    force = double_well.potential_gradient(x) - (x - mean) / variance
    expected = left / (force**2).sum(axis=1).mean()
    found = computed["dissipation_residual"].sel(premise="divergence")
    assert found == pytest.approx(expected, rel=0.03)


def test_orbits_in_four_dimensions(monkeypatch, computed):
    assert 0.01 < computed["return_distance"] < 0.03
    assert force_premises.least_return(100.0) > computed["return_distance"]
    # As a control, one that is closed.
    monkeypatch.setattr(force_premises, "FREQUENCIES", np.array([1.0, 2.0]))
    assert force_premises.least_return(100.0) < 1e-9
