"""SGD of a finite sum in two wells: a batch is as many coins as it has samples.

The loss of sample i is L(x) + σξ_i·x with ξ_i = ±1 in each dimension, as often either: L is their
mean, and gradients of samples have the variance σ² everywhere. A batch of |B| is drawn with
replacement, so that its gradient is ∇L + σ(2m − |B|)/|B|, m of its |B| coins showing heads. Nothing
is Gaussian but what |B| coins make so.

The coins of a step are the uppermost |B| bits of words (32 to a word) of what a particle draws
(`draws.philox`), by the numbers of its replica, itself and the step alone.
"""

import numpy as np

from thermophoresis.draws.philox import philox
from thermophoresis.draws.variates import Key
from thermophoresis.numerics.compiled import compiled
from thermophoresis.theory.two_wells import Wells

CHUNK = 128  # particles whose coins are drawn at a time
MOST_COINS = 128  # of a step, in all dimensions: one counter has as many

_M1, _M2, _M4 = np.uint32(0x55555555), np.uint32(0x33333333), np.uint32(0x0F0F0F0F)
_BYTES = np.uint32(0x01010101)


def words_of_step(batch_size: int, dimensions: int) -> int:
    """Return how many words a step takes: 1, 2 or 4.

    Raises
    ------
    ValueError
        A step would take more coins than a counter has.
    """
    words = dimensions * -(-batch_size // 32)
    if words > MOST_COINS // 32:
        raise ValueError(f"{batch_size} coins in {dimensions} dimensions are more than 128")
    return 4 if words == 3 else words


def descend(
    places: np.ndarray,
    wells: Wells,
    coins: Key,
    *,
    learning_rate: float,
    batch_size: int,
    deviation: float,
    first: int,
    steps: int,
) -> None:
    """Make steps of all particles, in place.

    Parameters
    ----------
    places
        Where they are, shape (dimension, replica, particle), float64, C order.
    wells
        L; in two dimensions it says how it bends across.
    coins
        Words of seed and purpose.
    learning_rate, batch_size, deviation
        η, |B| and σ.
    first, steps
        Number of the first step and how many, multiples of the steps that a counter has coins for:
        4 over `words_of_step`.
    """
    words = words_of_step(batch_size, len(places))
    if first % (4 // words) or steps % (4 // words):
        raise ValueError(f"steps {first} and {steps} must be multiples of {4 // words}")
    h, w, c = wells.depths, wells.widths, wells.shapes
    shape = np.array(
        [*w, *(h / w), *c, *wells.curvatures, *(wells.across or (0.0, 0.0))], np.float64
    )
    _descend(
        places,
        shape,
        np.uint32(coins[0]),
        np.uint32(coins[1]),
        first // (4 // words),
        (first + steps) // (4 // words),
        words,
        int(batch_size),
        float(learning_rate),
        float(deviation / batch_size),
    )


@compiled(inline=True)
def _heads(word, coins):  # type: ignore[no-untyped-def]
    """Count the ones among the uppermost bits of a word."""
    v = np.uint32(word >> np.uint32(32 - coins))
    v = np.uint32(v - ((v >> np.uint32(1)) & _M1))
    v = np.uint32((v & _M2) + ((v >> np.uint32(2)) & _M2))
    v = np.uint32((v + (v >> np.uint32(4))) & _M4)
    return np.int32(np.uint32(v * _BYTES) >> np.uint32(24))


@compiled(inline=True)
def _slope(x, shape):  # type: ignore[no-untyped-def]
    """L′ without a branch: parts between minima and barrier vanish at both ends."""
    u = min(max(1.0 + x / shape[0], 0.0), 1.0)
    v = min(max(1.0 - x / shape[1], 0.0), 1.0)
    u = u if x < 0 else 0.0
    v = v if x >= 0 else 0.0
    left, right = _towards_barrier(u, shape[4]), _towards_barrier(v, shape[5])
    beyond = shape[6] * min(x + shape[0], 0.0) + shape[7] * max(x - shape[1], 0.0)
    return shape[2] * left - shape[3] * right + beyond


@compiled(inline=True)
def _towards_barrier(u, c):  # type: ignore[no-untyped-def]
    return u * (1 - u) * (2 * c * (1 + u + u * u) + (30 - 18 * c) * u * u * u)


@compiled()
def _descend(
    places: np.ndarray,
    shape: np.ndarray,
    k0: np.uint32,
    k1: np.uint32,
    first: int,
    last: int,
    words: int,
    batch_size: int,
    eta: float,
    unit: float,
) -> None:
    dimensions, replicas, particles = places.shape
    drawn = np.empty((4, CHUNK), np.uint32)
    sums = np.empty((2, CHUNK))
    x, y = np.empty(CHUNK), np.zeros(CHUNK)
    pieces = (batch_size + 31) // 32
    reach = shape[0] + shape[1]
    for r in range(replicas):
        for begin in range(0, particles, CHUNK):
            count = min(CHUNK, particles - begin)
            for i in range(count):
                x[i] = places[0, r, begin + i]
                if dimensions == 2:
                    y[i] = places[1, r, begin + i]
            for block in range(first, last):
                for i in range(CHUNK):
                    k = np.uint32(begin + i)
                    got = philox(np.uint32(block), k, np.uint32(0), np.uint32(r), k0, k1)
                    drawn[0, i], drawn[1, i], drawn[2, i], drawn[3, i] = got
                for step in range(4 // words):
                    for d in range(dimensions):
                        for i in range(CHUNK):
                            sums[d, i] = -0.5 * batch_size
                        for piece in range(pieces):
                            row = drawn[step * words + d * pieces + piece]
                            some = min(batch_size - 32 * piece, 32)
                            for i in range(CHUNK):
                                sums[d, i] += _heads(row[i], some)
                    if dimensions == 1:
                        for i in range(CHUNK):
                            x[i] -= eta * (_slope(x[i], shape) + 2 * unit * sums[0, i])
                    else:
                        for i in range(CHUNK):
                            u = min(max((x[i] + shape[0]) / reach, 0.0), 1.0)
                            gap = shape[9] - shape[8]
                            bend = shape[8] + gap * u * u * u * (10 - u * (15 - 6 * u))
                            along = gap * 30 * u * u * (1 - u) * (1 - u) / reach
                            slope = _slope(x[i], shape) + along * y[i] * y[i] / 2
                            x[i] -= eta * (slope + 2 * unit * sums[0, i])
                            y[i] -= eta * (bend * y[i] + 2 * unit * sums[1, i])
            for i in range(count):
                places[0, r, begin + i] = x[i]
                if dimensions == 2:
                    places[1, r, begin + i] = y[i]
