"""SGD of a finite sum against a slow loop over the same coins, and its moments."""

import numpy as np
import pytest

from thermophoresis.draws.filling import WORDS, fill_rows
from thermophoresis.simulations import coin_descent
from thermophoresis.theory import two_wells as theory

COINS = (3, 5)
LINE = theory.Wells((0.36, 0.0), (1.0, 6.0), 1.36)
PLANE = theory.Wells((0.36, 0.0), (1.0, 6.0), 1.36, (1.0, 2.0))


def heads(replicas, particles, steps, batch_size, dimensions):
    """Of each step the coins that show heads, (replica, particle, step, dimension)."""
    words_of_step = coin_descent.words_of_step(batch_size, dimensions)
    words = np.empty((replicas, particles, steps * words_of_step), np.uint32)
    fill_rows(words, *map(np.uint32, COINS), np.uint64(0), np.uint32(0), WORDS, np.uint64(0))
    words = words.reshape(replicas, particles, steps, words_of_step)
    pieces = -(-batch_size // 32)
    found = np.zeros((replicas, particles, steps, dimensions), int)
    for dimension in range(dimensions):
        for piece in range(pieces):
            some = min(batch_size - 32 * piece, 32)
            word = words[..., dimension * pieces + piece] >> np.uint32(32 - some)
            found[..., dimension] += np.bitwise_count(word)
    return found


@pytest.mark.parametrize(("wells", "batch_size"), [(LINE, 1), (LINE, 40), (LINE, 96), (PLANE, 12)])
def test_it_is_a_slow_loop(wells, batch_size):
    dimensions = 1 if wells.across is None else 2
    rng = np.random.default_rng(0)
    places = rng.uniform(-3, 2, (dimensions, 2, 300))
    expected, eta, sigma = places.copy(), 0.05, 3.0
    for drawn in np.moveaxis(heads(2, 300, 16, batch_size, dimensions), 2, 0):
        noise = sigma * (2 * drawn - batch_size) / batch_size
        slope = [theory.gradient(expected[0], wells)]
        if dimensions == 2:
            x, y, h = expected[0], expected[1], 1e-6
            bend = (theory.across(x + h, wells) - theory.across(x - h, wells)) / (2 * h)
            slope = [slope[0] + bend * y**2 / 2, theory.across(x, wells) * y]
        expected = expected - eta * (np.stack(slope) + np.moveaxis(noise, -1, 0))
    settings = {"learning_rate": eta, "batch_size": batch_size, "deviation": sigma}
    for first, steps in ((0, 4), (4, 12)):
        coin_descent.descend(places, wells, COINS, **settings, first=first, steps=steps)
    np.testing.assert_allclose(places, expected, atol=1e-8)


def test_batches_have_the_moments_of_a_sum_of_coins():
    flat = theory.Wells((0.0, 0.0), (1.0, 1.0), 1.0)
    places = np.zeros((1, 50, 2000))  # at the barrier, where there is no slope
    settings = {"learning_rate": 1e-9, "batch_size": 5, "deviation": 1e9 * 5}
    before, steps = places.copy(), []
    for number in range(4):
        coin_descent.descend(places, flat, COINS, **settings, first=4 * number, steps=4)
        steps.append(places - before)
        before = places.copy()
    found = np.array(steps) / 2  # of four sums of five coins, of the unit 1: variance 5
    size = found.size
    assert abs(found.mean()) < 4 * np.sqrt(5 / size)
    assert (found**2).mean() == pytest.approx(5, rel=4 * np.sqrt(2 / size))


@pytest.mark.parametrize(("batch_size", "dimensions"), [(129, 1), (65, 2)])
def test_more_coins_than_a_counter_has_are_refused(batch_size, dimensions):
    with pytest.raises(ValueError, match="more than 128"):
        coin_descent.words_of_step(batch_size, dimensions)
    assert coin_descent.words_of_step(128, 1) == coin_descent.words_of_step(96, 1) == 4


def test_steps_are_counted_by_whole_counters():
    with pytest.raises(ValueError, match="multiples of 4"):
        coin_descent.descend(
            np.zeros((1, 1, 1)),
            LINE,
            COINS,
            learning_rate=0.1,
            batch_size=1,
            deviation=1.0,
            first=0,
            steps=3,
        )
