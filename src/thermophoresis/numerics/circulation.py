"""Whether series circulate: areas that they sweep, and what these are in reversible noise.

In a stationary process that can be reversed in time ⟨x_i(t) x_j(t + τ)⟩ = ⟨x_j(t) x_i(t + τ)⟩. Half
of the difference is the area that the point (x_i, x_j) sweeps around the mean in τ moments, if it
went straight; at τ = 1 it is the area that it does sweep in a moment (Ghanta, Neu and Teitsworth
2017; Gonzalez and others 2019).

What is drawn from the reversible null (`surrogates`) goes the same way as what was measured, and
the largest over all planes and lags is compared with the largest: that corrects for their number.
The other test asks nothing but that parts of a trajectory are independent of one another: if time
can be reversed, the area of a part has either sign with the same probability.
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from thermophoresis.numerics import surrogates


class Found(NamedTuple):
    """What was found in some series.

    Attributes
    ----------
    areas
        Area swept in each plane in each number of moments over its deviation in reversible noise,
        (plane, lag).
    area_p, lagged_p
        Mid-p-value of the largest of them in one moment, and of the largest at all lags.
    reversal_p
        That of the largest |t| of the areas in one moment of parts of the trajectory.
    entropy_production
        Of each moment, in nats: see `entropy_production`, less its mean in reversible noise.
    current_square
        Mean square of the current over that of the force, see `current_share`, less the current in
        reversible noise, and less what is left of that of a reversible process put through the
        whole chain.
    null_p
        ``area_p`` of that process.
    """

    areas: np.ndarray
    area_p: float
    lagged_p: float
    reversal_p: float
    entropy_production: float
    current_square: float
    null_p: float


def planes(numbers: int) -> list[tuple[int, int]]:
    """Return all pairs of so many numbers."""
    return list(combinations(range(numbers), 2))


def leading(series: np.ndarray, count: int) -> np.ndarray:
    """Return the principal components of most variance, (time, count), each of variance 1.

    Parameters
    ----------
    series
        Shape (time, number).
    count
        How many.
    """
    centred = series - series.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(series))
    chosen = slice(-1, -count - 1, -1)
    found: np.ndarray = centred @ vectors[:, chosen] / np.sqrt(values[chosen])
    return found


def lagged_covariances(coefficients: np.ndarray, lags: np.ndarray, length: int) -> np.ndarray:
    """Return ⟨x_i(t + τ) x_j(t)⟩ of series that begin anew at their end.

    Parameters
    ----------
    coefficients
        Their Fourier coefficients, (…, frequency, number).
    lags
        τ in moments.
    length
        Moments of the series.

    Returns
    -------
    numpy.ndarray
        Shape (…, lag, number, number).
    """
    angle = 2 * np.pi * surrogates.frequencies(length)[:, None] * lags
    even, odd = np.cos(angle), np.sin(angle)
    numbers = coefficients.shape[-1]
    found = np.empty((*coefficients.shape[:-2], len(lags), numbers, numbers))
    apart = np.moveaxis(coefficients, -1, 0)
    for i in range(numbers):
        for j in range(i + 1):
            product = apart[i] * apart[j].conj()
            symmetric, antisymmetric = product.real @ even, product.imag @ odd
            found[..., i, j] = symmetric - antisymmetric
            found[..., j, i] = symmetric + antisymmetric
    return found * (2 / length**2)


def areas(covariances: np.ndarray) -> np.ndarray:
    """Return the areas (…, plane, lag) of lagged covariances (…, lag, number, number)."""
    pairs = planes(covariances.shape[-1])
    found = [(covariances[..., j, i] - covariances[..., i, j]) / 2 for i, j in pairs]
    return np.stack(found, axis=-2)


def deviations(spectrum: np.ndarray, lags: np.ndarray, length: int) -> np.ndarray:
    """Return the standard deviation of the areas in Gaussian noise of a real cross-spectrum.

    Of circular complex X with the real covariance S, the imaginary part of X_i X_j* has the
    variance (S_ii S_jj − S_ij²)/2.

    Parameters
    ----------
    spectrum
        Shape (frequency, number, number).
    lags, length
        As of `lagged_covariances`.

    Returns
    -------
    numpy.ndarray
        Shape (plane, lag).
    """
    angle = 2 * np.pi * surrogates.frequencies(length)[:, None] * lags
    weights = np.sin(angle) ** 2
    variances = [
        (spectrum[:, i, i] * spectrum[:, j, j] - spectrum[:, i, j] ** 2) / 2 @ weights
        for i, j in planes(spectrum.shape[-1])
    ]
    return np.sqrt(variances) * (2 / length**2)


def entropy_production(covariances: np.ndarray) -> np.ndarray:
    """Return the entropy that a Gaussian Markov process produces in a moment, in nats.

    It is the Kullback–Leibler divergence of two successive moments from the same in reverse order,
    ½ tr(M′⁻¹ M) − n, with M their joint covariance and M′ that with the moments exchanged. Of some
    numbers of a process that has more, and of moments of a process that goes on in between, it is
    a lower bound (Roldán and Parrondo 2012), if these are Gaussian and Markov by themselves.

    Parameters
    ----------
    covariances
        At the lags 0 and 1, (…, lag, number, number).
    """
    still, later = covariances[..., 0, :, :], covariances[..., 1, :, :]
    turned = np.swapaxes(later, -1, -2)
    # Of (x(t + 1), x(t)), and what that of (x(t), x(t + 1)) has beside it: tr(M′⁻¹ M) itself is 2n
    # to as many digits as the process is slow.
    backward = np.block([[still, later], [turned, still]])
    beside = np.block(
        [[np.zeros_like(still), turned - later], [later - turned, np.zeros_like(still)]]
    )
    traces = np.trace(np.linalg.solve(backward, beside), axis1=-2, axis2=-1)
    found: np.ndarray = traces / 2
    return found


def current_and_force(covariances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean squares of QΣ⁻¹x and of the force, in a moment.

    What x changes by in a moment is regressed on x: the force is −GΣ⁻¹x with G = Σ − C(1), and the
    antisymmetric part Q of G makes the current QΣ⁻¹x, since Φ = ½ xᵀΣ⁻¹x.

    Parameters
    ----------
    covariances
        At the lags 0 and 1, (…, lag, number, number).
    """
    still, later = covariances[..., 0, :, :], covariances[..., 1, :, :]
    whole = still - later
    turning = (whole - np.swapaxes(whole, -1, -2)) / 2

    def mean_square(matrix: np.ndarray) -> np.ndarray:
        solved = np.linalg.solve(still, np.swapaxes(matrix, -1, -2))
        found: np.ndarray = np.trace(matrix @ solved, axis1=-2, axis2=-1)
        return found

    return mean_square(turning), mean_square(whole)


def current_share(hessian: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return ‖QΣ⁻¹x‖ / ‖Hx‖, root mean squares, of dx = −Hx dt with noise 2D dt.

    The covariance solves HΣ + ΣH = 2D, and Q = (HΣ − ΣH)/2 is 0 exactly where H and D commute.

    Parameters
    ----------
    hessian
        Eigenvalues of H, positive, (…, direction).
    noise
        D in the basis of the eigenvectors, up to a factor, (…, direction, direction).
    """
    sums = hessian[..., :, None] + hessian[..., None, :]
    covariance = 2 * noise / sums
    turning = (hessian[..., :, None] - hessian[..., None, :]) * covariance / 2
    solved = np.linalg.solve(covariance, np.swapaxes(turning, -1, -2))
    current = np.trace(turning @ solved, axis1=-2, axis2=-1)
    diagonal = np.diagonal(covariance, axis1=-2, axis2=-1)
    found: np.ndarray = np.sqrt(current / (hessian**2 * diagonal).sum(axis=-1))
    return found


def mid_p(observed: float, null: np.ndarray) -> float:
    """Return the share of a null that is above a number, itself among it and counting half."""
    ties = float((null == observed).sum()) / 2
    return float(((null > observed).sum() + ties + 0.5) / (len(null) + 1))


def reversal_p(series: np.ndarray, parts: int, flips: int, rng: np.random.Generator) -> float:
    """Return the mid-p-value of areas against random signs of those of each part.

    Parameters
    ----------
    series
        Shape (time, number).
    parts
        Of which equal length, much longer than what the series remember.
    flips
        Random signs; all planes of a part have the same.
    rng
        Where these come from.
    """
    centred = series - series.mean(axis=0)
    pairs = planes(series.shape[1])
    steps = [centred[:-1, i] * centred[1:, j] - centred[:-1, j] * centred[1:, i] for i, j in pairs]
    each = np.array([[it.mean() for it in np.array_split(one, parts)] for one in steps])

    def largest(signs: np.ndarray) -> np.ndarray:
        mean = signs @ each.T / parts  # (sign, plane)
        square = (each**2).mean(axis=1)
        found: np.ndarray = (np.abs(mean) / np.sqrt(square - mean**2)).max(axis=-1)
        return found

    signs = rng.choice([-1.0, 1.0], size=(flips, parts))
    return mid_p(float(largest(np.ones((1, parts)))[0]), largest(signs))


class Compared(NamedTuple):
    """Series beside surrogates of them.

    Attributes
    ----------
    spectrum
        From which surrogates were drawn.
    own, null
        Lagged covariances at the lag 0 and others, of the series and of each surrogate.
    own_areas, null_areas
        Areas over their deviations, (plane, lag) and (surrogate, plane, lag).
    """

    spectrum: np.ndarray
    own: np.ndarray
    null: np.ndarray
    own_areas: np.ndarray
    null_areas: np.ndarray

    @property
    def area_p(self) -> float:
        """Mid-p-value of the largest area in one moment."""
        null = np.abs(self.null_areas[..., 0]).max(axis=-1)
        return mid_p(float(np.abs(self.own_areas[..., 0]).max()), null)

    @property
    def current_square(self) -> float:
        """Mean square of the current over that of the force, less that in surrogates."""
        current, force = current_and_force(self.own)
        return float((current - current_and_force(self.null)[0].mean()) / force)


def compare(
    series: np.ndarray, lags: np.ndarray, half_width: int, count: int, rng: np.random.Generator
) -> Compared:
    """Put series beside surrogates of them; arguments as of `look`."""
    length = len(series)
    measured = surrogates.fourier(series)
    spectrum = surrogates.reversible_spectrum(measured, half_width)
    drawn = surrogates.reversible(spectrum, count, rng)
    with_none = np.concatenate([[0], lags])
    own, null = (lagged_covariances(it, with_none, length) for it in (measured, drawn))
    scale = deviations(spectrum, lags, length)
    return Compared(spectrum, own, null, *(areas(it[..., 1:, :, :]) / scale for it in (own, null)))


def look(
    series: np.ndarray,
    *,
    lags: np.ndarray,
    half_width: int,
    count: int,
    parts: int,
    rng: np.random.Generator,
) -> Found:
    """Look whether series circulate.

    Parameters
    ----------
    series
        Stationary, (time, number).
    lags
        In moments, the first of them 1.
    half_width
        Of `surrogates.reversible_spectrum`.
    count
        Surrogates.
    parts
        Into which the trajectory is cut, see `reversal_p`.
    rng
        Where surrogates and signs come from.
    """
    found = compare(series, lags, half_width, count, rng)
    null = surrogates.alike(found.spectrum, len(series), rng)
    of_null = compare(leading(null, series.shape[1]), lags[:1], half_width, count, rng)
    largest = np.abs(found.null_areas).max(axis=(-2, -1))
    produced = entropy_production(found.own) - entropy_production(found.null).mean()
    return Found(
        areas=found.own_areas,
        area_p=found.area_p,
        lagged_p=mid_p(float(np.abs(found.own_areas).max()), largest),
        reversal_p=reversal_p(series, parts, 10 * count, rng),
        entropy_production=float(produced),
        current_square=found.current_square - of_null.current_square,
        null_p=of_null.area_p,
    )
