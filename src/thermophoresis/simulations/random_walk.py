"""Particles of the generalised random walk in one dimension, Wei & Schwab's Eq. 5.

    q ← q − η g(q) ζ,   g(q) = c₀ + c₁q + c₂q²,   ζ = ±1 with equal probabilities.

Between walls a particle is reflected: what would be ε behind a wall is ε before it. So would do
the walk on the whole line with g continued evenly, seen in a mirror; there no mass crosses the
place of the wall, by symmetry, whatever the step. Staying where one is instead of a step across
would do for the flow as well, but keep those near a wall from it for longer.

The coin of step t is bit t mod 32 of word ⌊t/32⌋ of what a particle draws (`draws.variates`): of
the seed, the number of the particle and its replica alone.
"""

from collections.abc import Sequence

import numpy as np

from thermophoresis.draws.philox import philox
from thermophoresis.draws.variates import Key
from thermophoresis.numerics.compiled import compiled

# Particles whose coins are drawn at a time, and steps that one counter has coins for.
CHUNK = 256
COINS = 128

_ONE = np.uint32(1)


def walk(
    q: np.ndarray,
    coins: Key,
    *,
    step_size: float,
    noise: Sequence[float],
    first: int,
    steps: int,
    walls: tuple[float, float] | None = None,
) -> None:
    """Make steps of all particles, in place.

    Parameters
    ----------
    q
        Where they are, shape (replica, particle), float64.
    coins
        Words of seed and purpose.
    step_size
        η, so that ηg is less than the distance of the walls.
    noise
        c₀, c₁ and c₂.
    first, steps
        Number of the first step, below 2³⁸, and how many.
    walls
        Between which particles stay; None for none.
    """
    low, high = walls or (0.0, 0.0)
    c0, c1, c2 = (float(step_size * it) for it in noise)
    words = (np.uint32(coins[0]), np.uint32(coins[1]))
    _walk(q, *words, first, first + steps, c0, c1, c2, walls is not None, low, high)


@compiled()
def _walk(
    q: np.ndarray,
    k0: np.uint32,
    k1: np.uint32,
    first: int,
    last: int,
    c0: float,
    c1: float,
    c2: float,
    has_walls: bool,
    low: float,
    high: float,
) -> None:
    replicas, particles = q.shape
    words = np.empty((4, CHUNK), np.uint32)
    place = np.empty(CHUNK)
    for r in range(replicas):
        for begin in range(0, particles, CHUNK):
            count = min(CHUNK, particles - begin)
            for i in range(count):
                place[i] = q[r, begin + i]
            for block in range(first // COINS, (last + COINS - 1) // COINS):
                for i in range(CHUNK):
                    k = np.uint32(begin + i)
                    drawn = philox(np.uint32(block), k, np.uint32(0), np.uint32(r), k0, k1)
                    words[0, i], words[1, i], words[2, i], words[3, i] = drawn
                until = min(last - block * COINS, COINS)
                for t in range(max(first - block * COINS, 0), until):
                    _step(place, words[t >> 5], t & 31, count, c0, c1, c2)
                    if has_walls:
                        for i in range(count):
                            place[i] = high - abs(high - (low + abs(place[i] - low)))
            for i in range(count):
                q[r, begin + i] = place[i]


@compiled(inline=True)
def _step(place, word, bit, count, c0, c1, c2):  # type: ignore[no-untyped-def]
    shift = np.uint32(bit)
    for i in range(count):
        x = place[i]
        step = c0 + x * (c1 + x * c2)
        place[i] = x - step if (word[i] >> shift) & _ONE else x + step
