"""The spectrum of the increments of single weights, beside noise that does not circulate.

The increments of no stationary process are white: their power goes to zero with the frequency,
since they add up to no more than the process itself. So it says little that a spectrum is not flat.
Beside white noise there is therefore the reversible mixture of Ornstein–Uhlenbeck modes that is
most likely, given the spectrum (`numerics.relaxation`), and what of this would be found in Gaussian
surrogates of the same mixture, put through the same fit. In the same way, beside how many
autocorrelations lie outside the band of white noise, there is how many do so of that mixture, and
of random walks, whose increments are white.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.special import gammainc, gammaincinv, ndtri

from thermophoresis.config.measurements.weight_spectrum import WeightSpectrum
from thermophoresis.config.run import RunSettings
from thermophoresis.measurements import traced
from thermophoresis.numerics import relaxation, surrogates
from thermophoresis.numerics.circulation import mid_p

TITLE = "spectrum of the increments of weights"
PURPOSE = b"weight_spectrum"

LOW = 0.01  # of the frequencies are low ones
LONG = 0.1  # of the run is a long lag
BAND = 0.99
COMPONENTS = 4  # of which stationarity is asked
WALKS = 8  # random walks beside each network
HIGH_BANDS = 10
LAGS_PER_DECADE = 8

OF_NETWORKS = {
    "white_p": "two-sided p-value of the power at low frequencies in white noise",
    "low_power": "power of increments at low frequencies over its mean",
    "mixture_p": "two-sided mid-p-value of the same in a reversible mixture of modes, fitted anew",
    "low_power_of_mixture": "power at low frequencies over that of the most likely mixture",
    "high_frequency_slope": (
        "slope of log10 of the mean power on the frequency in its upper half, decades per "
        "(cycle/moment)"
    ),
    "power_deviation": "standard deviation over weights of log10 power, mean over bands",
    "shape_deviation": "the same with every weight's increments at variance 1",
    "long_lags": "share of long lags with an autocorrelation outside the 99 % band of white noise",
    "long_lags_mixture": "the same of a Gaussian surrogate of each weight's most likely mixture",
    "long_lags_beyond": "long_lags less long_lags_mixture",
    "long_lags_walk": "the same of random walks",
}
OF_BANDS = {
    "power": "mean over weights of the power of increments at variance 1",
    "power_spread": "standard deviation over weights of its log10",
    "mixture_power": "power of the most likely reversible mixture of modes",
    "effective_count": "weights that would be as well known if they were independent",
}
OF_LAGS = {
    "autocorrelation": "autocorrelation of weights, mean over weights",
    "autocorrelation_spread": "its standard deviation over weights",
    "autocorrelation_mixture": "the same of a Gaussian surrogate of each weight's mixture",
    "autocorrelation_walk": "the same of random walks",
}


def autocorrelation(series: np.ndarray) -> np.ndarray:
    """Return Σ_t x(t) x(t + τ) over Σ x² of series less their means, at every lag, shaped as they.

    Parameters
    ----------
    series
        Shape (time, number).
    """
    centred = series - series.mean(axis=0)
    transformed = np.fft.rfft(centred, n=2 * len(series), axis=0)
    sums = np.fft.irfft(np.abs(transformed) ** 2, axis=0)[: len(series)]
    found: np.ndarray = sums / sums[0]
    return found


def long_lags(correlation: np.ndarray) -> float:
    """Return the share of lags beyond a tenth of all outside the 99 % band of white noise."""
    half = ndtri((1 + BAND) / 2) / np.sqrt(len(correlation))
    return float((np.abs(correlation[int(LONG * len(correlation)) :]) > half).mean())


def two_sided(p: float) -> float:
    """Return the two-sided p-value of a one-sided one."""
    return 2 * min(p, 1 - p)


def look(weights: np.ndarray, settings: WeightSpectrum, rng: np.random.Generator) -> dict[str, Any]:
    """Return what the weights of one network say: numbers, and arrays over bands and lags.

    Parameters
    ----------
    weights
        Stationary, (time, weight).
    settings
        Bands and surrogates.
    rng
        Where surrogates come from.
    """
    # The last is from the end back to the start. Without it increments add up to the difference of
    # both, which puts a white floor under low frequencies, as modes as slow as the run would.
    increments = np.roll(weights, -1, axis=0) - weights
    length = len(increments)
    scale = increments.std(axis=0)
    coefficients = surrogates.fourier(increments / scale) / np.sqrt(length)
    edges = relaxation.bands(length, settings.bands_per_decade)
    power = np.abs(coefficients) ** 2
    of_weights = relaxation.in_bands(power, edges)
    low = max(10, round(LOW * len(coefficients)))
    counts = independent(coefficients, edges, low)
    modes = modes_in_bands(edges, length)
    found = _low_frequencies(
        power[:low], of_weights, Bands(edges, counts, modes, low), settings, rng
    )
    # White increments have variance 1, and the correlations that they have.
    white = low * relaxation.effective_count(coefficients)
    found["white_p"] = two_sided(float(gammainc(white, white * found["low_power"])))
    logarithms = np.log10(of_weights)
    spread, raw = logarithms.std(axis=1), (logarithms + 2 * np.log10(scale)).std(axis=1)
    correlation = autocorrelation(weights)
    mixtures = relaxation.fit(of_weights.T, modes, np.diff(edges))
    others = _others(mixtures, len(weights), rng)
    chosen = lags(len(weights))
    found |= {
        "high_frequency_slope": _slope(power.mean(axis=1)),
        "power_deviation": float(raw.mean()),
        "shape_deviation": float(spread.mean()),
        "long_lags": long_lags(correlation),
        "power": of_weights.mean(axis=1),
        "power_spread": spread,
        "effective_count": counts,
        "autocorrelation": correlation[chosen].mean(axis=1),
        "autocorrelation_spread": correlation[chosen].std(axis=1),
    }
    for name, other in others.items():
        found[f"long_lags_{name}"] = long_lags(other)
        found[f"autocorrelation_{name}"] = other[chosen].mean(axis=1)
    found["long_lags_beyond"] = found["long_lags"] - found["long_lags_mixture"]
    return found


def lags(length: int) -> np.ndarray:
    """Return the lags that are kept, alike in their logarithm."""
    count = 1 + round(LAGS_PER_DECADE * np.log10(length - 1))
    return np.unique(np.rint(np.geomspace(1, length - 1, count)).astype(np.int64))


def middles(length: int, per_decade: int) -> np.ndarray:
    """Return the frequencies in the middle of the bands of so many moments."""
    edges = relaxation.bands(length, per_decade)
    return np.sqrt(edges[:-1] * (edges[1:] - 1.0)) / length


def independent(coefficients: np.ndarray, edges: np.ndarray, low: int) -> np.ndarray:
    """Return of how many independent weights the mean power of each band is as well known.

    Bands of low frequencies have too few to tell, and are taken together.
    """
    together = relaxation.effective_count(coefficients[:low])
    return np.array(
        [
            together if stop - 1 <= low else relaxation.effective_count(
                coefficients[start - 1 : stop - 1]
            )
            for start, stop in pairwise(edges)
        ]
    )  # fmt: skip


def modes_in_bands(edges: np.ndarray, length: int) -> np.ndarray:
    """Return the power of the increments of modes in bands, (mode, band)."""
    of_modes = relaxation.increments_of_modes(np.arange(1, edges[-1]) / length, 1.0 * length)
    return relaxation.in_bands(of_modes.T, edges).T


class Bands(NamedTuple):
    """Bands of frequencies.

    Attributes
    ----------
    edges
        See `relaxation.bands`.
    counts
        Independent weights in each, (band,).
    modes
        Power of the increments of modes, (mode, band).
    low
        How many frequencies are low ones.
    """

    edges: np.ndarray
    counts: np.ndarray
    modes: np.ndarray
    low: int


def _low_frequencies(
    lowest: np.ndarray,
    of_weights: np.ndarray,
    bands: Bands,
    settings: WeightSpectrum,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return what is at low frequencies beside a mixture of modes.

    The mean power of m frequencies of n independent weights is S times a mean of mn exponential
    variates: a gamma variate of this shape.

    Parameters
    ----------
    lowest
        Power at low frequencies, (frequency, weight).
    of_weights
        Power in bands, (band, weight).
    bands, settings, rng
        The bands, how many surrogates there are, and where they come from.
    """
    power, known = of_weights.mean(axis=1), np.diff(bands.edges) * bands.counts
    fitted = relaxation.fit(power, bands.modes, known) @ bands.modes
    drawn = fitted * rng.gamma(known, size=(settings.surrogates, len(known))) / known
    again = relaxation.fit(drawn, bands.modes, known) @ bands.modes
    is_low = bands.edges[1:] - 1 <= bands.low
    shares = np.where(is_low, known, 0) / known[is_low].sum()
    ratio, null = float((power / fitted) @ shares), (drawn / again) @ shares
    return {
        "low_power": float(lowest.mean()),
        "mixture_p": two_sided(mid_p(ratio, null)),
        "low_power_of_mixture": ratio,
        "mixture_power": fitted,
    }


def limits(power: np.ndarray, counts: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the ends of the 99 % bands of the mean power of bands, (band,) each.

    Parameters
    ----------
    power
        Expected.
    counts
        Independent weights.
    edges
        Of the bands.
    """
    known = np.diff(edges) * counts
    return tuple(
        power * gammaincinv(known, end) / known for end in ((1 - BAND) / 2, (1 + BAND) / 2)
    )


def _others(mixtures: np.ndarray, length: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return autocorrelations (lag, number) of surrogates of mixtures and of random walks."""
    frequencies = surrogates.frequencies(length)
    of_increments = mixtures @ relaxation.increments_of_modes(frequencies, 1.0 * length)
    deviation = np.sqrt(of_increments.T / (8 * np.sin(np.pi * frequencies) ** 2)[:, None])
    normal = rng.standard_normal((2, *deviation.shape)) * deviation
    series = surrogates.series_of(normal[0] + 1j * normal[1], length)
    walks = np.cumsum(rng.standard_normal((length, WALKS)), axis=0)
    return {"mixture": autocorrelation(series), "walk": autocorrelation(walks)}


def _slope(power: np.ndarray) -> float:
    """Return the slope of log10 power on the frequency, over bands in its upper half."""
    upper = power[len(power) // 2 :]
    usable = upper[len(upper) % HIGH_BANDS :].reshape(HIGH_BANDS, -1)
    places = 0.25 + 0.25 * (np.arange(HIGH_BANDS) + 0.5) / HIGH_BANDS
    return float(np.polyfit(places, np.log10(usable.mean(axis=1)), 1)[0])


def measure(
    measurement: WeightSpectrum,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
    *,
    traces: Sequence[Path],
) -> xr.Dataset:
    """Look at the weights of every network of a run.

    Parameters
    ----------
    measurement
        Burn-in, bands and surrogates.
    runs, snapshots, traces
        One run with what it has left.
    data
        Not needed.

    Returns
    -------
    xarray.Dataset
        `OF_NETWORKS` and `traced.STATIONARITY` (replica,), `OF_BANDS` (replica, frequency) and
        `OF_LAGS` (replica, lag), float64; NaN of networks that are not stationary.
    """
    (run,), (of_run,) = runs, snapshots
    weights, projections = traced.series(run, traces[0], measurement.burn_in)
    replicas, moments = weights.shape[:2]
    frequencies = middles(moments, measurement.bands_per_decade)
    arrays = {name: np.full(replicas, np.nan) for name in (*OF_NETWORKS, *traced.STATIONARITY)}
    arrays |= {name: np.full((replicas, len(frequencies)), np.nan) for name in OF_BANDS}
    arrays |= {name: np.full((replicas, len(lags(moments))), np.nan) for name in OF_LAGS}
    every = traced.networks(weights, projections, COMPONENTS)
    for replica, (moving, _, p) in enumerate(every):
        arrays["stationarity_p"][replica] = p
        arrays["stationary"][replica] = p >= traced.LEAST_P
        if p >= traced.LEAST_P:
            rng = np.random.default_rng([run.seed, replica, *PURPOSE])
            for name, value in look(moving, measurement, rng).items():
                arrays[name][replica] = value
    further = dict.fromkeys(OF_BANDS, "frequency") | dict.fromkeys(OF_LAGS, "lag")
    words = OF_NETWORKS | traced.STATIONARITY | OF_BANDS | OF_LAGS
    values: dict[str, traced.Value] = {
        name: (("replica", further[name]) if name in further else ("replica",), array, words[name])
        for name, array in arrays.items()
    }
    told = {"long_name": "frequency in cycles per moment of the trace", "units": "1"}
    of_lags = {"long_name": "lag in moments of the trace", "units": "1"}
    coordinates = {
        "frequency": ("frequency", frequencies, told),
        "lag": ("lag", lags(moments), of_lags),
    }
    return traced.file(values, of_run, run, coordinates)


def describe(dataset: xr.Dataset) -> str:
    """Say how many networks are stationary, and what their low frequencies are."""
    stationary = int(dataset["stationary"].sum())
    power = float(dataset["low_power"].mean())
    return (
        f"{stationary} of {dataset.sizes['replica']} networks are stationary; power at low "
        f"frequencies {power:.3g} of the mean"
    )
