"""Particles of the random walk against a slow loop over the same coins, and a lattice."""

import numpy as np
import pytest

from thermophoresis.draws.filling import WORDS, fill_rows
from thermophoresis.simulations import random_walk

COINS = (3, 5)


def coins(replicas, particles, steps):
    """The signs of all steps, shape (replica, particle, step), from the words that are drawn."""
    words = np.empty((replicas, particles, 4 * -(-steps // 128)), np.uint32)
    fill_rows(words, *map(np.uint32, COINS), np.uint64(0), np.uint32(0), WORDS, np.uint64(0))
    bits = (words[..., None] >> np.arange(32, dtype=np.uint32)) & 1
    return 1 - 2 * bits.reshape(replicas, particles, -1)[..., :steps].astype(int)


def mirrored(place, low, high):
    if place < low:
        return 2 * low - place
    return 2 * high - place if place > high else place


@pytest.mark.parametrize("walls", [None, (0.0, 1.0), (-0.1, 0.8)])
def test_it_is_a_slow_loop(walls):
    q = np.linspace(0.1, 0.7, 600).reshape(2, 300)
    expected, noise, eta = q.copy(), (0.7, 1.5, -0.4), 0.05
    signs = coins(2, 300, 150)
    for replica, particle in np.ndindex(q.shape):
        place = expected[replica, particle]
        for sign in signs[replica, particle]:
            place += sign * eta * (noise[0] + noise[1] * place + noise[2] * place**2)
            place = mirrored(place, *walls) if walls else place
        expected[replica, particle] = place
    # In parts, which do not begin where a counter does.
    for first, steps in ((0, 37), (37, 100), (137, 13)):
        random_walk.walk(
            q, COINS, step_size=eta, noise=noise, first=first, steps=steps, walls=walls
        )
    np.testing.assert_allclose(q, expected, rtol=1e-10)


def test_coins_are_fair_and_independent_of_each_other():
    q = np.zeros((20, 1000))
    random_walk.walk(q, COINS, step_size=1.0, noise=(1, 0, 0), first=0, steps=400)
    # A sum of 400 signs: mean 0, variance 400, and fourth moment 3·400² − 2·400.
    size = q.size
    assert abs(q.mean()) < 4 * np.sqrt(400 / size)
    assert (q**2).mean() == pytest.approx(400, rel=4 * np.sqrt(2 / size))
    assert (q**4).mean() == pytest.approx(3 * 400**2 - 800, rel=4 * np.sqrt(96 / 9 / size))
    assert abs(np.corrcoef(q)[np.triu_indices(20, 1)]).max() < 5 / np.sqrt(1000)


def test_between_walls_it_is_enumerated_on_a_lattice():
    # Sites ½, 1½, … of which each leads to its neighbours, those at the ends to themselves.
    sites, steps = 12, 40
    transition = np.zeros((sites, sites))
    for site in range(sites):
        for sign in (1, -1):
            end = min(max(site + sign, 0), sites - 1)
            transition[end, site] += 0.5
    expected = np.linalg.matrix_power(transition, steps)[:, 3] * 50_000
    q = np.full((50, 1000), 3.5)
    random_walk.walk(
        q, COINS, step_size=1.0, noise=(1, 0, 0), first=0, steps=steps, walls=(0, sites)
    )
    np.testing.assert_array_equal(q - np.floor(q), 0.5)
    counts = np.bincount(np.floor(q).astype(int).ravel(), minlength=sites)
    assert expected.min() > 1000
    assert np.sum((counts - expected) ** 2 / expected) < 31  # χ² with 11 degrees, 0.1 %
