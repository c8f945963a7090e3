"""The counter-based generator Philox4x32-10.

Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC '11. Four words
are a function of a counter of four words and a key of two: they are computed where they are needed,
in any order, and nothing has to be kept.
"""

import numpy as np

from thermophoresis.numerics.compiled import compiled

# Multipliers and Weyl constants of the paper (its M and W for four words of 32 bits).
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10

# As globals of their own types; numba would take Python's integers for signed ones.
_M0, _M1 = np.uint64(MULTIPLIERS[0]), np.uint64(MULTIPLIERS[1])
_W0, _W1 = np.uint64(WEYL[0]), np.uint64(WEYL[1])
_WORD, _HALF = np.uint64(2**32 - 1), np.uint64(32)


@compiled(inline=True)
def philox(
    c0: np.uint32, c1: np.uint32, c2: np.uint32, c3: np.uint32, k0: np.uint32, k1: np.uint32
) -> tuple[np.uint32, np.uint32, np.uint32, np.uint32]:
    """Return four random words of a counter (c0, c1, c2, c3) under a key (k0, k1).

    For the loops of other compiled functions: it has no branch, so that a loop over counters fills
    vector registers. Words are the lower halves of 64 bits on the way, whose upper halves are
    whatever they are: a vector unit multiplies lower halves, and packing them between two rounds
    would take three times as long.
    """
    a0, a1, a2, a3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    b0, b1 = np.uint64(k0), np.uint64(k1)
    for _ in range(ROUNDS):
        p0, p1 = (a0 & _WORD) * _M0, (a2 & _WORD) * _M1
        a0, a1, a2, a3 = (p1 >> _HALF) ^ a1 ^ b0, p1, (p0 >> _HALF) ^ a3 ^ b1, p0
        b0, b1 = b0 + _W0, b1 + _W1
    return np.uint32(a0), np.uint32(a1), np.uint32(a2), np.uint32(a3)
