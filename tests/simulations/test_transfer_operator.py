"""The matrix of transitions of discrete SGD against closed forms and against counting.

For θ' = (1 − ηh)θ + η√(σ²(θ)/|B|) ξ with σ² = s² + cθ² the stationary moments are closed:
M₂ (1 − r² − c′) = s′², and for Gaussian ξ M₄ (1 − r⁴ − 6r²c′ − 3c′²) = (6r²s′² + 6s′²c′) M₂ + 3s′⁴,
r = 1 − ηh, s′² = η²s²/|B|, c′ = η²c/|B|. Excess kurtosis κ of ξ puts 3 + κ for each 3 that stands
for E ξ⁴.
"""

import itertools

import numpy as np
import pytest

from thermophoresis.simulations import transfer_operator as to

ETA, BATCH, H, S2, C = 0.2, 4.0, 1.0, 1.0, 1.5
SYMMETRIC = to.Law((-0.9, 0.9), (0.5, 0.5))
SKEW = to.Law((-0.3, 1.2), (0.8, 0.2))


def gradient(x):
    return H * x


def variance(x):
    return S2 + C * x**2


def closed(kurtosis):
    r, s, c = 1 - ETA * H, ETA**2 * S2 / BATCH, ETA**2 * C / BATCH
    fourth = 3 + kurtosis
    second = s / (1 - r**2 - c)
    left = 1 - r**4 - 6 * r**2 * c - fourth * c**2
    return np.array([second, ((6 * r**2 * s + 2 * fourth * s * c) * second + fourth * s**2) / left])


def matrix(cells, law=to.GAUSSIAN, half=1.6):
    edges = np.linspace(-half, half, cells + 1)
    made = to.transitions(edges, gradient, variance, learning_rate=ETA, batch_size=BATCH, law=law)
    return to.middles(edges), made


def moments(cells, law=to.GAUSSIAN):
    x, made = matrix(cells, law)
    mass = to.stationary(made)
    return np.array([mass @ x**2, mass @ x**4])


@pytest.mark.parametrize("law", [to.GAUSSIAN, SYMMETRIC, SKEW])
def test_mass_is_kept_and_positive(law):
    _, made = matrix(150, law)
    assert np.abs(made.sum(axis=0) - 1).max() < 1e-14
    assert made.min() >= 0
    mass = to.stationary(made)
    assert mass.min() >= 0
    assert np.abs(made @ mass - mass).max() < 1e-14


def test_moments_of_a_multiplicative_process_are_closed():
    for law, kurtosis in ((to.GAUSSIAN, 0.0), (SYMMETRIC, -2 * 0.9**4)):
        assert moments(400, law) == pytest.approx(closed(kurtosis), rel=2e-5)


def test_refinement_is_of_fourth_order():
    """Second moments are exact; fourth ones are off by the fourth moment of a step."""
    errors = np.array([moments(cells) / closed(0.0) - 1 for cells in (48, 96)])
    assert np.abs(errors[:, 0]).max() < 1e-6
    assert 3.6 < np.log2(errors[0, 1] / errors[1, 1]) < 4.4


@pytest.mark.parametrize("law", [to.GAUSSIAN, SYMMETRIC, SKEW])
def test_a_double_well_is_as_counted(law):
    """Shares left of the barrier, in wells of unlike width: 4,000 walkers, every 100th step."""

    def force(x):
        return x**3 - x + 0.1 * (3 * x**2 - 1)

    def noise(x):
        return 1 + 0.5 * np.tanh(x)

    edges = np.linspace(-2.6, 2.6, 401)
    given = {"learning_rate": 0.2, "batch_size": 0.5, "law": law}
    mass = to.stationary(to.transitions(edges, force, noise, **given))
    left = mass[to.middles(edges) < -0.1].sum()
    generator = np.random.default_rng(7)
    x0 = generator.choice(to.middles(edges), 4000, p=mass)
    walk = to.walk(x0, force, noise, generator, **given)
    seen = [(x < -0.1).mean() for x in itertools.islice(walk, 99, 1500, 100)]
    error = np.std(seen, ddof=1) / np.sqrt(len(seen)) + 1e-9
    assert abs(np.mean(seen) - left) < 4 * max(error, 0.002)
    assert 0.2 < left < 0.8


def test_exit_times_are_as_counted_and_as_of_a_free_walk():
    """Of a free Gaussian walk between ±1, (E (1 + R)² − x²)/s².

    R is by how much it jumps over a wall from afar, of mean 0.5826 s and variance s²/4 (Siegmund).
    """
    edges = np.linspace(-2, 2, 401)
    s = 0.1
    made = to.transitions(
        edges, np.zeros_like, lambda x: np.full_like(x, s**2), learning_rate=1.0, batch_size=1.0
    )
    x = to.middles(edges)
    inside = np.abs(x) < 1
    steps = to.mean_exit_steps(made, inside)
    far = np.abs(x[inside]) < 0.6
    expected = ((1 + 0.5826 * s) ** 2 + s**2 / 4 - x[inside][far] ** 2) / s**2
    assert steps[far] == pytest.approx(expected, rel=3e-4)
    generator = np.random.default_rng(3)
    walkers, total = np.zeros(4000), 0
    walk = to.walk(
        walkers,
        np.zeros_like,
        lambda x: np.full_like(x, s**2),
        generator,
        learning_rate=1.0,
        batch_size=1.0,
    )
    out = np.zeros(4000, dtype=bool)
    for x_now in walk:
        total += (~out).sum()
        out |= np.abs(x_now) > 1
        if out.all():
            break
    assert total / 4000 == pytest.approx(steps[len(steps) // 2], rel=0.04)


def test_bad_laws_and_wide_cells_are_refused():
    with pytest.raises(ValueError, match="mean be 0"):
        to.Law((0.1,), (1.0,))
    with pytest.raises(ValueError, match="below 1"):
        to.Law((-1.0, 1.0), (0.5, 0.5))
    with pytest.raises(ValueError, match="wide"):
        matrix(10)
