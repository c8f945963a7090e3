"""Local entropy by quadrature against closed forms, and where minima merge."""

import numpy as np
import pytest

from thermophoresis.theory.local_entropy import (
    double_well,
    gaussian_wells,
    hessian_at_centre,
    merging_of_gaussians,
    merging_variance,
    quadratic_rise,
    smoothed,
)

CENTRES = np.array([[1.0, 0.4], [-1.0, -0.4]])
COVARIANCES = np.array([[[0.3, 0.1], [0.1, 0.2]]] * 2)
HALVES = np.full(2, 0.5)


@pytest.mark.parametrize("gamma", [0.1, 1.0])
def test_quadrature_has_the_closed_form_of_gaussian_wells(gamma):
    places = np.array([[0.0, 0.0], [1.0, 0.2], [-2.0, 1.5]])
    wells = (CENTRES, COVARIANCES, HALVES)
    found = smoothed(gaussian_wells(*wells), places, gamma, nodes=161)
    np.testing.assert_allclose(found, gaussian_wells(*wells, gamma)(places), rtol=1e-11)


def test_wells_merge_where_the_closed_form_says():
    expected = merging_of_gaussians(CENTRES[0], COVARIANCES[0])
    wide = COVARIANCES[0] + expected * np.eye(2)
    assert CENTRES[0] @ np.linalg.solve(wide, CENTRES[0]) == pytest.approx(1, rel=1e-11)
    loss = gaussian_wells(CENTRES, COVARIANCES, HALVES)
    found = merging_variance(loss, dimensions=2, nodes=161, between=(0.1, 4.0))
    assert found == pytest.approx(expected, rel=1e-10)
    # In one dimension c² − s².
    assert merging_of_gaussians(np.array([1.5]), np.array([[0.25]])) == pytest.approx(2.0)


def test_the_curvature_is_that_of_f_gamma():
    gamma, h = 0.3, 1e-3
    places = np.array([[0.0, 0.0], [h, 0.0], [-h, 0.0]])
    centre, right, left = smoothed(double_well, places, gamma, nodes=161)
    found = hessian_at_centre(double_well, gamma, dimensions=2, nodes=161)
    assert found[0, 0] == pytest.approx((right + left - 2 * centre) / h**2, abs=1e-5)
    # The other direction is a parabola: 1/(1 + γ).
    assert found[1, 1] == pytest.approx(1 / (1 + gamma), rel=1e-10)
    assert found[0, 1] == pytest.approx(0, abs=1e-12)


def test_the_saddle_of_the_double_well_becomes_the_minimum():
    merging = merging_variance(double_well, dimensions=1, nodes=201, between=(0.05, 4.0))
    line = np.linspace(-1.5, 1.5, 61)[:, None]
    for gamma, minimum in ((0.8 * merging, False), (1.2 * merging, True)):
        found = smoothed(double_well, line, gamma, nodes=201)
        assert (np.argmin(found) == 30) == minimum


def test_a_quadratic_rises_by_its_volume_less_its_slope():
    H, g, gamma = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([0.3, -0.2]), 0.4

    def loss(x):
        return x @ g + np.einsum("pi,ij,pj->p", x, H, x) / 2

    expected = smoothed(loss, np.zeros((1, 2)), gamma, nodes=161)[0]
    assert quadratic_rise(H, g, gamma) == pytest.approx(expected, rel=1e-10)


def test_what_does_not_merge_is_refused():
    with pytest.raises(ValueError, match="merged without smoothing"):
        merging_of_gaussians(np.array([0.4]), np.array([[0.25]]))
    with pytest.raises(ValueError, match="do not merge between"):
        merging_variance(double_well, dimensions=1, nodes=101, between=(2.0, 4.0))
