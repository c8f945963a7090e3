"""Currents where the noise has not the shape of the loss."""

import numpy as np
import pytest

from thermophoresis.config.measurements.current_of_wells import CurrentOfWells
from thermophoresis.measurements import current_of_wells as currents
from thermophoresis.theory.stationary_covariance import continuous

SETTINGS = CurrentOfWells(kind="current_of_wells", cells=80)


@pytest.fixture(scope="module")
def computed():
    return currents.measure(SETTINGS, (), (), ())


def test_where_there_is_a_current(computed):
    quadratic, wells = computed["quadratic_current"], computed["current"]
    assert (quadratic.sel(noise=["isotropic", "diagonal"]) < 1e-12).all()
    assert quadratic.sel(noise="turned") == pytest.approx(0.464, abs=1e-3)
    assert wells.sel(noise="isotropic") < 1e-12
    assert wells.sel(noise="diagonal") > 0.03
    assert wells.sel(noise="turned") > 0.2
    assert computed["odds_change"].sel(noise="turned") == pytest.approx(0.071, abs=3e-3)
    assert computed["quadratic_error_order"] == pytest.approx(2, abs=0.1)


def test_the_closed_current_is_that_on_a_grid():
    shape = currents.noises(0.8)[-1]
    covariance = continuous(currents.HESSIAN, 2 * shape)
    axis = np.linspace(-4, 4, 401)
    x = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    inverse = np.linalg.inv(covariance)
    density = np.exp(-np.einsum("na,ab,nb->n", x, inverse, x) / 2)
    diffusive = x @ (shape @ inverse).T
    flow = diffusive - x @ currents.HESSIAN
    sizes = [(np.linalg.norm(it, axis=1) * density).max() for it in (flow, diffusive)]
    assert currents.closed_current(shape) == pytest.approx(sizes[0] / sizes[1], rel=1e-3)


def test_the_asymmetry_is_that_of_a_walk():
    """Of 4,000 walkers, by the covariance of places one step apart."""
    shape = currents.noises(0.8)[-1]
    generator = np.random.default_rng(0)
    root = np.linalg.cholesky(2 * currents.RATE * shape)
    x, sums = np.zeros((4000, 2)), np.zeros((2, 2))
    for step in range(700):
        after = x - currents.RATE * x @ currents.HESSIAN + generator.normal(size=x.shape) @ root.T
        if step >= 100:
            sums += after.T @ x / len(x) / 600
        x = after
    antisymmetric = (sums[0, 1] - sums[1, 0]) / np.sqrt(2)
    moved = currents.HESSIAN @ currents.discrete(
        currents.HESSIAN, 2 * shape, learning_rate=currents.RATE
    )
    found = abs(antisymmetric) / currents.RATE / np.linalg.norm(moved)
    assert found == pytest.approx(currents.lag_asymmetry(shape), rel=0.05)


def test_the_drift_is_a_gradient_with_minima_where_they_are_said_to_be():
    assert np.abs(currents.drift(np.array([[-1.0, 0.0], [1.0, 0.0]]))).max() < 1e-12
    step, places = 1e-5, np.array([[0.3, 0.4], [-1.2, 0.5]])
    by_x, by_y = (
        (currents.drift(places + step * it) - currents.drift(places - step * it)) / (2 * step)
        for it in np.eye(2)
    )
    np.testing.assert_allclose(by_x[:, 1], by_y[:, 0], atol=1e-8)


def test_isotropic_odds_are_by_quadrature():
    *_, jumps, mass = currents.between_wells(SETTINGS, np.eye(2), 80)
    x, y = jumps.box.places.T
    b, k = currents.TILT, currents.STIFFNESS
    loss = x**4 / 4 + b * x**3 / 3 - x**2 / 2 - b * x + k * (1 + currents.GROWTH * x) * y**2 / 2
    expected = np.exp(-loss / SETTINGS.temperature)
    np.testing.assert_allclose(mass, expected / expected.sum(), rtol=1e-6, atol=1e-12)
