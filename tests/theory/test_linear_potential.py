"""Potential and current about a critical point against Lyapunov's equation and matrix functions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm, solve_continuous_lyapunov, solve_sylvester

from thermophoresis.theory import linear_potential as theory

SEEDS = st.integers(0, 2**32 - 1)
BETA = 3.0


def positive(rng, d):
    root = rng.standard_normal((d, d + 2))
    return root @ root.T / d


def pair(seed, d):
    rng = np.random.default_rng(seed)
    return positive(rng, d) + 0.1 * np.eye(d), positive(rng, d)


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, d=st.integers(1, 6))
def test_q_is_that_of_lyapunovs_equation(seed, d):
    hessian, diffusion = pair(seed, d)
    covariance = solve_continuous_lyapunov(hessian, 2 / BETA * diffusion)
    potential = theory.potential_hessian(covariance, beta=BETA)
    found = theory.rotation(hessian, diffusion)
    scale = np.abs(diffusion).max()
    np.testing.assert_array_equal(found, -found.T)
    np.testing.assert_allclose(found, BETA * hessian @ covariance - diffusion, atol=1e-10 * scale)
    # Eq. 16, and Sylvester's equation as SciPy solves it.
    np.testing.assert_allclose(
        (diffusion + found) @ potential, hessian, atol=1e-9 * np.abs(hessian).max()
    )
    commutator = hessian @ diffusion - diffusion @ hessian
    np.testing.assert_allclose(
        found, solve_sylvester(hessian, hessian, commutator), atol=1e-10 * scale
    )


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS, d=st.integers(2, 6), lag=st.floats(0.01, 3))
def test_asymmetry_is_that_of_the_lagged_covariance(seed, d, lag):
    hessian, diffusion = pair(seed, d)
    covariance = solve_continuous_lyapunov(hessian, 2 / BETA * diffusion)
    lagged = expm(-hessian * lag) @ covariance
    found = theory.lagged_asymmetry(hessian, diffusion, beta=BETA, lag=lag)
    np.testing.assert_allclose(found, lagged - lagged.T, atol=1e-10 * np.abs(covariance).max())
    assert (theory.asymmetry_kernel(np.linalg.eigvalsh(hessian), lag) < 0).all()


def test_the_kernel_has_its_limit_at_equal_eigenvalues():
    values = np.array([1.0, 1.0, 1.0 + 1e-9])
    kernel = theory.asymmetry_kernel(values, 0.7)
    np.testing.assert_allclose(kernel, -0.7 * np.exp(-0.7) / 2, rtol=1e-8)


def test_a_pair_that_commutes_has_no_current():
    # Not isotropic, and in no special basis.
    basis, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((4, 4)))
    hessian, diffusion = ((basis * it) @ basis.T for it in ([1, 2, 3, 4.0], [4.0, 1, 0.5, 2]))
    assert np.abs(theory.rotation(hessian, diffusion)).max() < 1e-14
    assert not theory.rotation(np.diag([1.0, 3.0]), np.diag([2.0, 1.0])).any()


def test_the_current_is_the_drift_that_the_potential_leaves():
    hessian, diffusion = pair(3, 2)
    covariance = solve_continuous_lyapunov(hessian, 2 / BETA * diffusion)
    potential = theory.potential_hessian(covariance, beta=BETA)
    turned = theory.rotation(hessian, diffusion)
    axis = np.linspace(-3, 3, 301)
    places = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    found = theory.largest_current(turned, potential, beta=BETA, places=places)
    force = -places @ hessian + places @ potential @ diffusion
    density = np.exp(-np.einsum("...i,ij,...j->...", places, np.linalg.inv(covariance), places) / 2)
    density /= density.sum() * (axis[1] - axis[0]) ** 2
    assert found == pytest.approx((np.linalg.norm(force, axis=-1) * density).max(), rel=1e-6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 2, 4), (6, 5, 3)),
        ((-1, 2, 4), (6, 3, 1)),
        ((-2, 2, 4), (6, 2, 0)),
        ((0, 0, 1), (1, 1, 0)),
    ],
)
def test_the_sylvester_operator_adds_eigenvalues(values, expected):
    basis, _ = np.linalg.qr(np.random.default_rng(6).standard_normal((3, 3)))
    operator = theory.sylvester_operator((basis * np.array(values, float)) @ basis.T)
    found = np.linalg.svd(operator, compute_uv=False)
    np.testing.assert_allclose(found, expected, atol=1e-14)


def test_no_unique_q_is_refused():
    with pytest.raises(ValueError, match="no unique Q"):
        theory.rotation(np.diag([1.0, -1.0]), np.eye(2))
    # A minimum with one flat direction has one.
    found = theory.rotation(np.diag([0.0, 1.0]), np.array([[1.0, 0.5], [0.5, 1.0]]))
    np.testing.assert_allclose(found, [[0, -0.5], [0.5, 0]])
