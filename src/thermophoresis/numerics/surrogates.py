"""Gaussian surrogates of a stationary process that can be reversed in time.

Which process has the autocovariance of given series and no current? Stationary linear noise is
reversible in time exactly if its cross-spectral matrix S(f) is real, as that of any mixture of
Ornstein–Uhlenbeck modes is whose noise and damping commute: C(τ) = C(τ)ᵀ. Of any S the real part
has the same autocovariance of every single series and the same symmetric part of lagged
covariances, and no antisymmetric one. Surrogates are drawn from it, frequency by frequency.

S has to be smoothed over several frequencies first. The product X X* at a single one has rank one,
and the imaginary part of what is drawn from its real part is too small by half its variance; with
means over m frequencies that is 1/2m. Random phases are no such null: common ones leave S, and with
it a current, as they are; independent ones leave nothing of what series have in common.

What is slow has a peak at frequency 0 that is as narrow as the band that is smoothed over, and from
which power leaks into neighbours that have less. Series are therefore made white first by what they
are correlated with a moment earlier, e = (e^{iω} − A) X with A = C(1) C(0)⁻¹, C(1) made symmetric;
the spectrum of e is smoothed and the filter taken back (prewhitening, Blackman and Tukey 1958).
"""

import numpy as np


def fourier(series: np.ndarray) -> np.ndarray:
    """Return the Fourier coefficients X of series less their means.

    Parameters
    ----------
    series
        Shape (…, time, number).

    Returns
    -------
    numpy.ndarray
        Complex, (…, frequency, number): frequencies above 0 and below one half, see `frequencies`.
    """
    centred = series - series.mean(axis=-2, keepdims=True)
    found: np.ndarray = np.fft.rfft(centred, axis=-2)
    return found[..., 1 : (series.shape[-2] + 1) // 2, :]


def frequencies(length: int) -> np.ndarray:
    """Return the frequencies of `fourier` in cycles per moment, of so many moments."""
    return np.arange(1, (length + 1) // 2) / length


def series_of(coefficients: np.ndarray, length: int) -> np.ndarray:
    """Return the series (…, time, number) of mean 0 that have some Fourier coefficients."""
    shape = (*coefficients.shape[:-2], length // 2 + 1, coefficients.shape[-1])
    whole = np.zeros(shape, dtype=complex)
    whole[..., 1 : (length + 1) // 2, :] = coefficients
    return np.fft.irfft(whole, n=length, axis=-2)


def filter_of(coefficients: np.ndarray) -> np.ndarray:
    """Return e^{iω} − A, which makes series white but for what they remember beyond one moment.

    Parameters
    ----------
    coefficients
        Shape (frequency, number).

    Returns
    -------
    numpy.ndarray
        Complex, (frequency, number, number).
    """
    count, numbers = coefficients.shape
    turn = np.exp(1j * np.pi * np.arange(1, count + 1) / (count + 0.5))
    still = (coefficients.T @ coefficients.conj()).real
    later = (coefficients.T @ (turn.conj()[:, None] * coefficients).conj()).real
    memory = np.linalg.solve(still, (later + later.T) / 2).T
    found: np.ndarray = turn[:, None, None] * np.eye(numbers) - memory
    return found


def reversible_spectrum(coefficients: np.ndarray, half_width: int) -> np.ndarray:
    """Return the real part of the cross-spectral matrix, smoothed.

    Parameters
    ----------
    coefficients
        Shape (frequency, number).
    half_width
        h, of the 2h + 1 neighbouring frequencies that a mean is over; beyond the ends they come
        again in reverse, conjugate, as they do at negative frequencies.

    Returns
    -------
    numpy.ndarray
        Shape (frequency, number, number), symmetric, in units of |X|².
    """
    count, numbers = coefficients.shape
    half_width = min(half_width, count - 1)
    whitening = filter_of(coefficients)
    white = np.einsum("fij,fj->fi", whitening, coefficients)
    low, high = (white[part][::-1].conj() for part in (slice(half_width), slice(-half_width, None)))
    padded = np.concatenate([low, white, high]) if half_width else white
    width = 2 * half_width + 1
    smooth = np.empty((count, numbers, numbers), dtype=complex)
    for i in range(numbers):
        for j in range(i + 1):
            sums = np.cumsum(padded[:, i] * padded[:, j].conj())
            sums = np.concatenate([[0.0], sums])
            smooth[:, i, j] = (sums[width:] - sums[:-width]) / width
            smooth[:, j, i] = smooth[:, i, j].conj()
    back = np.linalg.inv(whitening)
    found: np.ndarray = (back @ smooth @ np.swapaxes(back, 1, 2).conj()).real
    return found


def reversible(spectrum: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the Fourier coefficients of Gaussian series with a real cross-spectral matrix.

    Parameters
    ----------
    spectrum
        Shape (frequency, number, number), see `reversible_spectrum`.
    count
        How many independent sets of series.
    rng
        Where they come from.

    Returns
    -------
    numpy.ndarray
        Complex, (surrogate, frequency, number).
    """
    roots = np.linalg.cholesky(spectrum)
    shape = (2, count, *spectrum.shape[:2])
    normal = rng.standard_normal(shape) / np.sqrt(2)
    found = np.empty(shape[1:], dtype=complex)
    numbers = spectrum.shape[1]
    for part, values in zip((found.real, found.imag), normal, strict=True):
        for i in range(numbers):
            part[..., i] = sum(roots[:, i, j] * values[..., j] for j in range(i + 1))
    return found


def alike(spectrum: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """Draw one set of series (length, number) with a real cross-spectral matrix.

    It is half of one that is twice as long, so that its end does not go on at its start.

    Parameters
    ----------
    spectrum, rng
        As of `reversible`.
    length
        Moments of the series of which it is the spectrum.
    """
    # Between two frequencies lies one more; squares of coefficients go with the length.
    nearest = np.arange(length - 1) // 2
    (drawn,) = reversible(2 * spectrum[np.minimum(nearest, len(spectrum) - 1)], 1, rng)
    return series_of(drawn, 2 * length)[:length]
