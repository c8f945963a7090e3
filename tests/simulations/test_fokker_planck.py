"""The conservative solver against closed forms: a process that is not reversible, and such as are.

Ornstein–Uhlenbeck processes dx = −Ax dt + √(2β⁻¹D) dW have the covariance Σ of Lyapunov's equation
AΣ + ΣAᵀ = 2β⁻¹D, the current (−A + β⁻¹DΣ⁻¹)xρ and with K = −A + β⁻¹DΣ⁻¹ the entropy production
β Tr(KᵀD⁻¹KΣ).
"""

import numpy as np
import pytest
from scipy.linalg import solve_continuous_lyapunov

from thermophoresis.simulations import fokker_planck as fp

A = np.array([[1.0, 0.8], [-1.2, 1.5]])
D = np.array([[1.0, 0.6], [0.6, 0.7]])  # elements off the diagonal
BETA = 2.0
SIGMA = solve_continuous_lyapunov(A, 2 * D / BETA)
SPREAD = np.sqrt(np.diag(SIGMA))


def turning(cells):
    """Return a process that circulates, in a box of 13 standard deviations a side."""
    box = fp.Box(tuple(-6.5 * SPREAD), tuple(6.5 * SPREAD), cells)
    return fp.process(box, lambda x: -x @ A.T, D, 1 / BETA)


def normal(places, covariance):
    density = np.exp(-0.5 * np.einsum("na,ab,nb->n", places, np.linalg.inv(covariance), places))
    return density / density.sum()


def errors(cells):
    """Return the errors of density (L1), covariance, current (L1) and entropy production."""
    jumps = turning(cells)
    mass = fp.stationary(jumps)
    x, volume = jumps.box.places, jumps.box.volume
    k = -A + D @ np.linalg.inv(SIGMA) / BETA
    flow = (x @ k.T) * normal(x, SIGMA)[:, None] / volume
    produced = BETA * np.trace(k.T @ np.linalg.inv(D) @ k @ SIGMA)
    return np.array(
        [
            np.abs(mass - normal(x, SIGMA)).sum(),
            np.abs(np.einsum("n,na,nb->ab", mass, x, x) - SIGMA).max(),
            np.abs(fp.current(jumps, mass) - flow).sum() * volume,
            abs(fp.entropy_production(jumps, mass, D, 1 / BETA) / produced - 1),
        ]
    )


def test_a_process_that_circulates_is_found_to_second_order():
    coarse, fine = errors((40, 43)), errors((80, 86))
    assert (fine < 0.01).all()
    order = np.log2(coarse / fine)
    assert ((order > 1.8) & (order < 2.2)).all(), order


def test_mass_is_kept_and_positive():
    jumps = turning((50, 40))
    matrix = jumps.matrix
    scale = np.abs(matrix.diagonal()).max()
    assert np.abs(np.asarray(matrix.sum(axis=0))).max() < 1e-12 * scale
    off = matrix.copy()
    off.setdiag(0)
    assert off.min() >= 0
    mass = fp.stationary(jumps)
    assert mass.sum() == pytest.approx(1, abs=1e-12)
    assert mass.min() > 0
    assert np.abs(matrix @ mass).sum() < 1e-12 * (np.abs(matrix.diagonal()) @ mass)
    start = np.zeros(len(mass))
    start[3] = 1.0
    states = fp.evolve(jumps, start, 0.05, 40)
    np.testing.assert_allclose(states.sum(axis=1), 1, atol=1e-12)
    assert states.min() >= 0
    divergence = (states * np.log(np.maximum(states, 1e-300) / mass)).sum(axis=1)
    assert np.diff(divergence).max() <= 1e-12


def test_moments_relax_as_they_should():
    # d⟨x⟩/dt = −A⟨x⟩; implicit Euler takes (1 + A dt)⁻¹ for a step.
    jumps = turning((60, 60))
    x = jumps.box.places
    start = normal(x - 0.5 * SPREAD, 0.3 * SIGMA)
    states = fp.evolve(jumps, start, 0.02, 50)
    expected = np.linalg.matrix_power(np.linalg.inv(np.eye(2) + 0.02 * A), 50) @ (start @ x)
    np.testing.assert_allclose(states[-1] @ x, expected, atol=2e-3)


def test_gradients_of_polynomials_are_exact():
    def potential(x):
        return x[..., 0] ** 4 / 4 - x[..., 0] ** 2 / 2 + x[..., 1] ** 2 + 0.3 * x.prod(axis=-1)

    def drift(x):
        u, v = x[..., 0], x[..., 1]
        return -np.stack([u**3 - u + 0.3 * v, 2 * v + 0.3 * u], axis=-1) @ D.T

    box = fp.Box((-2.2, -2.0), (2.2, 2.0), (31, 24))
    jumps = fp.process(box, drift, D, 1 / BETA)
    mass = fp.stationary(jumps)
    expected = np.exp(-BETA * potential(box.places))
    np.testing.assert_allclose(mass, expected / expected.sum(), rtol=1e-8)
    assert np.abs(fp.current(jumps, mass)).max() < 1e-10


def of_one_dimension(cells, noise, slope):
    """Return masses of f = x²/2 with a D that depends on the place, and those that are right."""
    box = fp.Box((-4.0,), (4.0,), (cells,))
    diffusion = lambda x: noise(x)[..., None]  # noqa: E731
    mass = fp.stationary(fp.process(box, lambda x: -x, diffusion, 0.5))
    # ρ ∝ (1/D) exp(−β ∫ f′/D), by a fine quadrature.
    fine = np.linspace(-4, 4, 200_001)
    integral = np.concatenate([[0], np.cumsum(slope(0.5 * (fine[1:] + fine[:-1])))]) * 4e-5
    expected = np.exp(-2 * np.interp(box.axes[0], fine, integral)) / noise(box.places)[:, 0]
    return mass, expected / expected.sum()


def test_noise_that_depends_on_the_place():
    def noise(x):
        return 1 + x**2 / 2 + 0.3 * np.sin(x)

    found = [of_one_dimension(cells, noise, lambda x: x / noise(x)) for cells in (40, 80)]
    coarse, fine = (np.abs(mass - expected).sum() for mass, expected in found)
    # D ρ is exact but for Gauss's quadrature, which is of fourth order.
    assert fine < 1e-5
    assert coarse / fine > 10


def test_noise_whose_directions_depend_on_the_place():
    # Any Φ, D(x) and Q(x): the drift that has e^{−βΦ} as its stationary density.
    def drift(x):
        # D = 1 + ½ (1, x₀)ᵀ(1, x₀), so that Σ_j ∂_j D_ij = (0, ½).
        u, v = x[..., 0], x[..., 1]
        gradient = np.stack([u, v], axis=-1)
        force = -np.einsum("...ij,...j->...i", noise(x), gradient)
        force[..., 1] += 0.5 * 0.5
        # Q = q(x₀)ε with q = sin x₀: −Q∇Φ + β⁻¹∇·Q with Σ_j ∂_j Q_ij = (0, −cos x₀).
        return force + np.stack([-np.sin(u) * v, np.sin(u) * u - 0.5 * np.cos(u)], axis=-1)

    def noise(x):
        u = np.stack([np.ones(x.shape[:-1]), x[..., 0]], axis=-1)
        return np.eye(2) + 0.5 * u[..., :, None] * u[..., None, :]

    found = []
    for cells in (40, 80):
        box = fp.Box((-4.5, -4.5), (4.5, 4.5), (cells, cells))
        mass = fp.stationary(fp.process(box, drift, noise, 0.5))
        found.append(np.abs(mass - normal(box.places, np.eye(2) / 2)).sum())
    assert found[1] < 0.01
    assert 1.7 < np.log2(found[0] / found[1]) < 2.3


def test_a_diffusion_that_is_none_is_refused():
    box = fp.Box((-1.0,), (1.0,), (10,))
    with pytest.raises(ValueError, match="positive definite"):
        fp.process(box, lambda x: -x, lambda x: x[..., None], 1.0)
