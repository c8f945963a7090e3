"""Mixtures of Ornstein–Uhlenbeck modes: the reversible linear noise that explains a spectrum best.

An Ornstein–Uhlenbeck mode that is seen once a moment is x(t + 1) = a x(t) + noise, a = e^(−1/τ).
Noise that is linear and can be reversed in time has the autocovariance Σ w_k a_k^|t| with w_k ≥ 0.
"""

import numpy as np

ITERATIONS = 1000
MODES = 24


def increments_of_modes(frequencies: np.ndarray, longest: float) -> np.ndarray:
    """Return the power of the increments of modes of variance 1, (mode, frequency).

    Parameters
    ----------
    frequencies
        In cycles per moment.
    longest
        τ of the slowest mode in moments. The others are evenly spaced down to the eighth of a
        moment in ln τ; the first of all is white noise.
    """
    decay = np.exp(-1 / np.geomspace(1 / 8, longest, MODES - 1))
    a = np.concatenate([[0.0], decay])[:, None]
    square = 4 * np.sin(np.pi * frequencies) ** 2  # of 1 − e^(−iω)
    found: np.ndarray = square * (1 - a**2) / ((1 - a) ** 2 + a * square)
    return found


def fit(power: np.ndarray, modes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the weights of the modes of the most likely mixture.

    They minimise Whittle's Σ m (ln S + I/S) for the power I, of which each value is a mean over m
    frequencies; by multiplicative steps, which keep them positive (Févotte, Bertin and Durrieu
    2009).

    Parameters
    ----------
    power
        Shape (…, band).
    modes
        Power of each mode, (mode, band).
    counts
        m, (band,).

    Returns
    -------
    numpy.ndarray
        Shape (…, mode).
    """
    scale = power.mean(axis=-1, keepdims=True)
    weights = np.broadcast_to(scale / len(modes), (*power.shape[:-1], len(modes))).copy()
    weighed = (modes * counts).T
    for _ in range(ITERATIONS):
        inverse = 1 / (weights @ modes)
        weights *= (power * inverse**2) @ weighed / (inverse @ weighed)
    return weights


def bands(length: int, per_decade: int) -> np.ndarray:
    """Return the edges of bands of frequencies that are alike in ln f, (band + 1,).

    They are numbers of Fourier frequencies, from the first on: band b has those from its edge to
    one below the next.

    Parameters
    ----------
    length
        Moments of the series.
    per_decade
        Bands in a decade, where there are as many frequencies.
    """
    last = (length - 1) // 2
    edges = np.geomspace(1, last + 1, 1 + round(per_decade * np.log10(last + 1)))
    return np.unique(np.rint(edges).astype(np.int64))


def in_bands(power: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the means of a power (frequency, …) over bands, (band, …)."""
    sums = np.add.reduceat(power[: edges[-1] - 1], edges[:-1] - 1, axis=0)
    widths = np.diff(edges)
    return sums / widths.reshape(-1, *[1] * (power.ndim - 1))


def effective_count(coefficients: np.ndarray) -> float:
    """Return of how many independent numbers the mean power of some is as well known.

    It is (Σ S_ii)² / Σ |S_ij|² of the cross-spectral matrix S, estimated from the Fourier
    coefficients (frequency, number) of a band, of which there should be ten or more.
    """
    count = len(coefficients)
    spectrum = coefficients.T @ coefficients.conj() / count
    total = np.trace(spectrum).real ** 2
    # Of means over m frequencies, |S_ij|² is too large by S_ii S_jj/m.
    squares = ((np.abs(spectrum) ** 2).sum() - total / count) / (1 - 1 / count)
    return float(np.clip(total / max(squares, 1e-300), 1, coefficients.shape[1]))
