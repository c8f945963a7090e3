"""One independent random stream for every replica and purpose.

Random draws are treated as data. What a replica sees depends on its ``(seed, replica)`` alone: not
on how many replicas are trained beside it, on the learning rate or batch size, on the device, or on
whether anything is measured.

What is drawn in the course of a run is a function of the number of the sample as well
(`thermophoresis.draws.variates`, under `key`); what is drawn once comes from torch's generators.
"""

import hashlib
from enum import IntEnum

import numpy as np
import torch


class Purpose(IntEnum):
    """What a stream is for; each purpose of each replica has a stream of its own.

    What one kind of something needs a stream for has the name of that kind instead.
    """

    INITIALISATION = 0
    INPUTS = 1
    LABELS = 2
    ORDER = 3
    PROBE_INPUTS = 4
    PROBE_LABELS = 5
    TRACE_VECTORS = 6


def _state_template() -> np.ndarray:
    """State of torch's Mersenne Twister with all words used up and no cached normal variate."""
    state = torch.Generator().get_state().numpy().copy()
    state[8:16].view(np.int32)[:] = 1  # left = 1 (draw new words at once), seeded = 1
    state[16:24] = 0  # next
    state[24 + 624 * 8 :] = 0  # cached variates
    return state


_TEMPLATE = _state_template()


def generator(seed: int, replica: int, purpose: Purpose | str) -> torch.Generator:
    """Return the random stream of one replica for one purpose.

    The whole state of the Mersenne Twister comes from ``numpy.random.SeedSequence``, because
    ``torch.Generator.manual_seed`` keeps only 32 bits of a seed: among a few ten thousand streams
    two would probably be the same.

    Parameters
    ----------
    seed, replica
        Non-negative integers.
    purpose
        What the stream is for: one of the purposes that all runs have, or the name of a kind.
    """
    words = np.random.SeedSequence(seed, spawn_key=(replica, *_key(purpose))).generate_state(624)
    words[0] |= 0x80000000  # a state of all zeros would stay there for ever
    state = _TEMPLATE.copy()
    state[24 : 24 + 624 * 8].view(np.uint64)[:] = words
    stream = torch.Generator()
    stream.set_state(torch.from_numpy(state))
    return stream


def key(seed: int, purpose: Purpose | str) -> tuple[int, int]:
    """Return the words under which a seed draws variates for one purpose; see `variates`.

    Replicas and samples are counted there, so that all replicas have one key.

    Parameters
    ----------
    seed, purpose
        As of `generator`.
    """
    words = np.random.SeedSequence(seed, spawn_key=_key(purpose)).generate_state(2)
    return int(words[0]), int(words[1])


def _key(purpose: Purpose | str) -> tuple[int, ...]:
    """Return the numbers that stand for a purpose in the keys of its streams.

    Nobody numbers the names of kinds, so that kinds of different authors do not meet: a name stands
    for the eight words of its SHA-256. A purpose is one word, as seed and replica are, so that the
    keys of names are longer than those of purposes and none is equal to one.
    """
    if isinstance(purpose, Purpose):
        return (int(purpose),)
    digest = hashlib.sha256(purpose.encode()).digest()
    return tuple(np.frombuffer(digest, "<u4").tolist())
