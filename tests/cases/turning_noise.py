"""Linear noise with a known current, and with none."""

import numpy as np
from scipy.signal import lfilter

# dx = −Hx dt + noise of the covariance 2D dt, in steps of 1: H and D commute in the one alone.
HESSIAN = np.diag([0.02, 0.2])
TURNING = np.array([[0.02, 0.035], [0.035, 0.2]])
STRAIGHT = np.diag([0.02, 0.2])
BURN_IN = 1000


def linear(hessian, noise, length, rng):
    """Return x(t + 1) = (1 − H) x(t) + √(2D) normal, (time, number), for a diagonal H."""
    drawn = rng.standard_normal((length + BURN_IN, len(hessian)))
    drawn = drawn @ np.linalg.cholesky(2 * noise).T
    each = [
        lfilter([1.0], [1.0, rate - 1.0], own)
        for rate, own in zip(np.diag(hessian), drawn.T, strict=True)
    ]
    return np.stack(each, axis=1)[BURN_IN:]


def covariance(hessian, noise):
    """Return the stationary covariance of `linear`, for a diagonal H."""
    a = 1 - np.diag(hessian)
    return 2 * noise / (1 - np.outer(a, a))


def turning(length, rng):
    """Return noise with a current."""
    return linear(HESSIAN, TURNING, length, rng)


def straight(length, rng):
    """Return noise that can be reversed in time, in axes that are not its own."""
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    return linear(HESSIAN, STRAIGHT, length, rng) @ turn


def mixture(length, slowest, rng, numbers=24):
    """Return a mixture of modes that can be reversed, of e-folding times from 2 up to the slowest.

    Modes of unit noise each, stationary from the start, in axes that are not their own:
    (time, number).
    """
    times = np.geomspace(2, slowest, numbers)
    memory = np.exp(-1 / times)
    start = rng.standard_normal(numbers)
    drawn = rng.standard_normal((length, numbers)) * np.sqrt(1 - memory**2)
    each = [
        lfilter([1.0], [1.0, -own], drawn[:, i], zi=[own * start[i]])[0]
        for i, own in enumerate(memory)
    ]
    turn = np.linalg.qr(rng.standard_normal((numbers, numbers)))[0]
    return (np.stack(each, axis=1) * np.sqrt(times)) @ turn
