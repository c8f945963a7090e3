"""Particles of dx = a dt + √(2β⁻¹D) dW, by Euler and Maruyama, at two steps on one Brownian path.

Averages over particles have an error of first order in the step; with the same noise in steps of h
and h/2 their difference tells it, and 2⟨…⟩_{h/2} − ⟨…⟩_h is free of it. What step k of a particle
draws is a function of seed, replica, particle and k alone (`draws.variates`).
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from thermophoresis.draws.variates import Key, normal

# From places (…, dimension) to the drift there, and to a square root of D, or one for all places.
Drift = Callable[[np.ndarray], np.ndarray]
Spread = Callable[[np.ndarray], np.ndarray] | np.ndarray


def noise(key: Key, shape: tuple[int, int, int], step: int) -> np.ndarray:
    """Return standard normal variates of a step, (replica, particle, dimension).

    Parameters
    ----------
    key
        Of seed and purpose.
    shape
        How many replicas, particles and dimensions.
    step
        Its number.
    """
    replicas, particles, dimension = shape
    drawn = normal(
        key, range(replicas), step * particles, particles, dimension, dtype=torch.float64
    )
    return drawn.numpy()


def moved(
    x: np.ndarray,
    force: np.ndarray,
    spread: Spread,
    variates: np.ndarray,
    *,
    temperature: float,
    time_step: float,
) -> np.ndarray:
    """Return places after a step.

    Parameters
    ----------
    x, force, variates
        Places, a at them, and standard normal variates, (…, dimension).
    spread
        S with SSᵀ = D.
    temperature
        β⁻¹.
    time_step
        dt.
    """
    root = spread(x) if callable(spread) else spread
    kick = np.einsum("...ij,...j->...i", root, variates)
    return np.asarray(x + time_step * force + np.sqrt(2 * temperature * time_step) * kick)


def steps(
    start: np.ndarray,
    drift: Drift,
    spread: Spread,
    key: Key,
    *,
    temperature: float,
    time_step: float,
    count: int,
    halved: bool,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield places before and after each step, and a at both.

    Parameters
    ----------
    start
        Places, (replica, particle, dimension).
    drift
        a.
    spread, temperature
        As of `moved`.
    key
        Of what is drawn, for steps of half the length; whole steps have the sum of two.
    time_step, count
        Length of a whole step, and how many.
    halved
        Whether steps are of half the length, twice as many.
    """
    shape = (start.shape[0], start.shape[1], start.shape[2])
    x, force = start, drift(start)
    for k in range(count * (2 if halved else 1)):
        if halved:
            variates = noise(key, shape, k)
        else:
            variates = (noise(key, shape, 2 * k) + noise(key, shape, 2 * k + 1)) / np.sqrt(2)
        after = moved(
            x,
            force,
            spread,
            variates,
            temperature=temperature,
            time_step=time_step / 2 if halved else time_step,
        )
        force_after = drift(after)
        yield x, after, force, force_after
        x, force = after, force_after
