"""In which sense SGD's equation is to be read, and what temperature its theorems print.

Everything is of discrete SGD's stationary vector (`simulations.transfer_operator`), for several η
at a fixed η/|B|, extrapolated to η → 0 by polynomials: in η, and in √η where ξ has a third moment.
The law of ξ is held fixed meanwhile. (Of |B| samples it would become Gaussian as |B| grows; at a
fixed η/|B| and η → 0 it does not.)
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from scipy.interpolate import CubicSpline

from thermophoresis.config.measurements.noise_convention import NoiseConvention
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import key
from thermophoresis.draws.variates import uniform
from thermophoresis.simulations import transfer_operator as to
from thermophoresis.theory import state_dependent_noise as theory
from thermophoresis.theory import two_wells

TITLE = "convention of the noise"
PURPOSE = "noise_convention"
PER_SPREAD = 2.0  # cells in the standard deviation of the normal part of a step
# Laws of ξ, and the power of η in which what steps change is a series.
LAWS = {
    "gaussian": (to.GAUSSIAN, 1.0),
    "two_sided": (to.Law((-0.9, 0.9), (0.5, 0.5)), 1.0),
    "skew": (to.Law((-0.3, 1.2), (0.8, 0.2)), 0.5),
}
# Of the systems that are drawn: the ends of the grid, and where densities are compared.
LINE, INNER = 2.4, 1.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)
PLACES = np.linspace(-1.0, 1.0, 121)  # of the densities that are shown
# Wells of equal curvature at which temperatures are fitted, and such as differ in all.
EQUAL = two_wells.Wells((0.0, 0.2), (1.0, 1.0), 0.9)
UNEQUAL = two_wells.Wells((0.0, 0.2), (1.0, 3.0), 0.9)
VARIANCES = (1.0, 0.5)  # σ² in the wells of `UNEQUAL`
WIDTH = 0.1  # over which it changes at the barrier
LEVEL = 24.0  # L/T at the ends of the grid
# Added to L: with the first one it is 0 at the barrier, with the second at the deeper minimum.
CONSTANTS = (-UNEQUAL.barrier, 0.0, 1.0)
READINGS = ("theorem_1", "theorem_2", "slides")
NOISES = {"theorem_1": 0.5, "theorem_2": 1.0}  # n over σ²η/|B|

Field = Callable[[np.ndarray], np.ndarray]


def measure(
    measurement: NoiseConvention,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Fit the exponent of C, temperatures, and odds between wells of unlike noise.

    Parameters
    ----------
    measurement
        η/|B|, η, and how many systems are drawn.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        (law) ``exponent`` and ``midpoint_exponent``, of the process that is to have ½, with their
        standard errors; (reading) ``temperature_ratio``, fitted over printed. Of wells of unlike
        noise, printed less true logarithms of odds by which n (noise) and where L is 0 (zero):
        ``ratio_error``; ``constant_effect`` (noise), what 1 added to L changes; ``mended_error``
        and ``odds_error``, of Eq. 2 and of SGD's odds less those by quadrature. For figures,
        ``exponent_by_rate`` (law, learning_rate), ``midpoint_by_rate``, ``density`` and
        ``expected`` (convention) of one system (place), ``printed_log_ratio`` (noise, constant)
        and ``log_odds``.
    """
    found = _exponents(measurement) | _temperatures(measurement) | _odds(measurement)
    found["density"], found["expected"] = _shown(measurement)
    coordinates = {
        "law": list(LAWS),
        "reading": list(READINGS),
        "noise": list(NOISES),
        "zero": ["barrier", "minimum"],
        "learning_rate": ("learning_rate", list(measurement.learning_rates), {"units": "1"}),
        "convention": ("convention", [1.0, 0.5, 0.0], {"units": "1"}),
        "place": ("place", PLACES, {"units": "1"}),
        "constant": ("constant", list(CONSTANTS), {"units": "1"}),
    }
    dataset = xr.Dataset(
        {
            name: (dims, value, {"long_name": WORDS[name], "units": "1"})
            for name, (dims, value) in found.items()
        },
        coordinates,
    )
    for name in ("exponent_standard_error", "midpoint_exponent_standard_error"):
        dataset[name].attrs["replicas"] = measurement.systems
    return dataset


WORDS = {
    "exponent": "exponent of the variance in the stationary density as the learning rate goes to 0",
    "exponent_standard_error": "its standard error, with that of the extrapolation",
    "midpoint_exponent": "the same where noise is that of the middle of a step",
    "midpoint_exponent_standard_error": "its standard error, with that of the extrapolation",
    "exponent_by_rate": "mean exponent of the variance in the stationary density",
    "midpoint_by_rate": "the same where noise is that of the middle of a step",
    "temperature_ratio": "temperature fitted over printed",
    "ratio_error": "printed less true logarithm of the odds between wells of unlike noise",
    "constant_effect": "what 1 added to the loss changes of the printed logarithm",
    "mended_error": "logarithm of the odds with losses from the barrier, less the true one",
    "odds_error": "logarithm of the odds of SGD less that by quadrature",
    "printed_log_ratio": "printed logarithm of the odds",
    "log_odds": "logarithm of the odds by quadrature",
    "density": "stationary density of SGD as the learning rate goes to 0",
    "expected": "density by exponent",
}
Found = dict[str, tuple[tuple[str, ...], np.ndarray]]


def stationary(
    low: float,
    high: float,
    gradient: Field,
    variance: Field,
    law: to.Law,
    *,
    learning_rate: float,
    drive: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the middles of cells and ln of the stationary density there; 0 is between two cells.

    Parameters
    ----------
    low, high
        Ends of the grid, below and above 0.
    gradient, variance, law, learning_rate
        Of the process.
    drive
        η/|B|.
    """
    least = variance(np.linspace(low, high, 1001)).min()
    side = np.sqrt(learning_rate * drive * least * law.normal_variance) / PER_SPREAD
    edges = side * np.arange(np.floor(low / side), np.ceil(high / side) + 1)
    batch_size = learning_rate / drive
    matrix = to.transitions(
        edges, gradient, variance, learning_rate=learning_rate, batch_size=batch_size, law=law
    )
    # The far ends may be as unlikely as not to be seen.
    mass = np.maximum(to.stationary(matrix), 1e-300)
    return to.middles(edges), np.log(mass / side)


def extrapolated(
    rates: Sequence[float], values: np.ndarray, power: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return values at η = 0 by the polynomial in η^power through all, and how much one more told.

    Parameters
    ----------
    rates
        η.
    values
        At these, (rate, …).
    power
        Of η.

    Returns
    -------
    The value, and its difference from that without the largest η, each (…,).
    """
    x = np.asarray(rates) ** power

    def at_zero(start: int) -> np.ndarray:
        part = x[start:]
        others = [np.delete(part, k) for k in range(len(part))]
        weights = [np.prod(it / (it - part[k])) for k, it in enumerate(others)]
        return np.tensordot(weights, values[start:], axes=1)

    largest = int(np.argmax(rates))
    if largest != 0:
        raise ValueError("rates must decrease")
    return at_zero(0), at_zero(0) - at_zero(1)


def drawn_system(drawn: np.ndarray) -> tuple[Field, Field, Field]:
    """Return g, C and C′ of a system: g = x + ax² + x³/2 and C = 1 + bx + cx².

    |a| ≤ ½, ¼ ≤ |b| ≤ ½ and 0.1 ≤ c ≤ 0.3.

    Parameters
    ----------
    drawn
        Four numbers from −1 to 1: a, the size and the sign of b, and c.
    """
    a, c = drawn[0] / 2, 0.2 + drawn[3] / 10
    b = np.copysign(0.25 + abs(drawn[1]) / 4, drawn[2])
    return (
        lambda x: x + a * x**2 + x**3 / 2,
        lambda x: 1 + b * x + c * x**2,
        lambda x: b + 2 * c * x,
    )


def fitted_exponent(
    system: tuple[Field, Field, Field],
    law: to.Law,
    *,
    learning_rate: float,
    drive: float,
    midpoint: bool = False,
) -> float:
    """Return a of P ∝ C^{−a} exp(−(2|B|/η)∫g/C) within `INNER`, by least squares of logarithms.

    Parameters
    ----------
    system
        g, C and C′.
    law, learning_rate, drive
        As of `stationary`.
    midpoint
        Whether noise is that of the middle of a step, to first order in η: the drift has
        (η/4|B|) C′ besides.
    """
    gradient, variance, slope = system

    def drift(x: np.ndarray) -> np.ndarray:
        return gradient(x) - (drive / 4 * slope(x) if midpoint else 0.0)

    x, found = stationary(
        -LINE, LINE, drift, variance, law, learning_rate=learning_rate, drive=drive
    )
    places = INNER * NODES
    rest = theory.log_density(places, gradient, variance, drive=drive, exponent=0.0)
    left = CubicSpline(x, found)(places) - rest
    columns = np.stack([np.ones_like(places), -np.log(variance(places))], axis=1)
    root = np.sqrt(WEIGHTS)
    return float(np.linalg.lstsq(columns * root[:, None], left * root)[0][1])


def _systems(measurement: NoiseConvention) -> list[tuple[Field, Field, Field]]:
    drawn = uniform(
        key(measurement.seed, PURPOSE), range(1), 0, measurement.systems, 4, dtype=torch.float64
    )
    return [drawn_system(2 * it - 1) for it in drawn[0].numpy()]


def _exponents(measurement: NoiseConvention) -> Found:
    """Return exponents by law, and those of the midpoint, with what they are of each η."""
    systems, rates = _systems(measurement), measurement.learning_rates
    cases = [(law, power, False) for law, power in LAWS.values()]
    cases.append((to.GAUSSIAN, 1.0, True))
    means, errors, by_rate = [], [], []
    for law, power, midpoint in cases:
        values = np.array(
            [
                [
                    fitted_exponent(
                        it, law, learning_rate=eta, drive=measurement.drive, midpoint=midpoint
                    )
                    for it in systems
                ]
                for eta in rates
            ]
        )
        limits, changes = extrapolated(rates, values, power)
        spread = limits.std(ddof=1) / np.sqrt(len(systems))
        means.append(limits.mean())
        errors.append(np.hypot(spread, changes.mean()))
        by_rate.append(values.mean(axis=1))
    return {
        "exponent": (("law",), np.array(means[:-1])),
        "exponent_standard_error": (("law",), np.array(errors[:-1])),
        "midpoint_exponent": ((), np.array(means[-1])),
        "midpoint_exponent_standard_error": ((), np.array(errors[-1])),
        "exponent_by_rate": (("law", "learning_rate"), np.array(by_rate[:-1])),
        "midpoint_by_rate": (("learning_rate",), by_rate[-1]),
    }


def _shown(
    measurement: NoiseConvention,
) -> tuple[tuple[tuple[str, ...], np.ndarray], tuple[tuple[str, ...], np.ndarray]]:
    """Return the density of the first system at `PLACES`, and what three exponents have."""
    gradient, variance, _ = _systems(measurement)[0]
    drive, rates = measurement.drive, measurement.learning_rates
    logs = []
    for eta in rates:
        x, found = stationary(
            -LINE, LINE, gradient, variance, to.GAUSSIAN, learning_rate=eta, drive=drive
        )
        logs.append(CubicSpline(x, found)(PLACES))
    density = np.exp(extrapolated(rates, np.array(logs))[0])
    whole = np.linspace(-LINE, LINE, 1281)
    expected = []
    for a in (1.0, 0.5, 0.0):
        value = np.exp(theory.log_density(whole, gradient, variance, drive=drive, exponent=a))
        expected.append(np.interp(PLACES, whole, value / (value.sum() * (whole[1] - whole[0]))))
    return (("place",), density), (("convention", "place"), np.array(expected))


def _of_wells(
    wells: two_wells.Wells, variance: Field, learning_rate: float, drive: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the middles of cells and ln of the density of SGD between two wells."""
    t = drive * variance(np.array([-wells.widths[0], wells.widths[1]])) / 2
    beyond = np.sqrt(2 * LEVEL * t / wells.curvatures)
    low, high = np.array([-1.0, 1.0]) * (wells.widths + beyond)
    return stationary(
        low,
        high,
        lambda x: two_wells.gradient(x, wells),
        variance,
        to.GAUSSIAN,
        learning_rate=learning_rate,
        drive=drive,
    )


def _log_odds(x: np.ndarray, log_density: np.ndarray) -> float:
    density = np.exp(log_density - log_density.max())
    return float(np.log(density[x < 0].sum() / density[x > 0].sum()))


def _temperatures(measurement: NoiseConvention) -> Found:
    """Return T of the density and of the odds over what is printed, σ² = 1."""
    rates, drive = measurement.learning_rates, measurement.drive
    printed = drive * np.array([NOISES["theorem_1"], NOISES["theorem_2"], 0.5])
    temperatures = drive / 2 * np.linspace(0.8, 1.25, 91)
    by_odds = CubicSpline(-two_wells.log_odds(EQUAL, temperatures), temperatures)
    fits = []
    for eta in rates:
        x, found = _of_wells(EQUAL, np.ones_like, eta, drive)
        near = (x > -1.5 * EQUAL.widths[0]) & (x < 1.5 * EQUAL.widths[1])
        slope = np.polyfit(two_wells.loss(x[near], EQUAL), found[near], 1)[0]
        fits.append([-1 / slope, by_odds(-_log_odds(x, found))])
    of_density, of_odds = extrapolated(rates, np.array(fits))[0]
    ratios = np.array([of_density, of_odds, of_odds]) / printed
    return {"temperature_ratio": (("reading",), ratios)}


def changing(x: np.ndarray) -> np.ndarray:
    """Return σ² of the wells of unlike noise: it changes at the barrier."""
    first, second = VARIANCES
    return np.asarray((first + second) / 2 + (second - first) / 2 * np.tanh(x / WIDTH))


def _odds(measurement: NoiseConvention) -> Found:
    """Compare the odds between wells of unlike noise with those printed."""
    rates, drive = measurement.learning_rates, measurement.drive
    grids = [_of_wells(UNEQUAL, changing, eta, drive) for eta in rates]
    of_sgd = float(extrapolated(rates, np.array([_log_odds(*it) for it in grids]))[0])
    x = grids[-1][0]
    exact = _log_odds(
        x, theory.log_density(x, lambda x: two_wells.gradient(x, UNEQUAL), changing, drive=drive)
    )
    noise = {
        name: (drive * part * VARIANCES[0], drive * part * VARIANCES[1])
        for name, part in NOISES.items()
    }
    printed = np.array(
        [[theory.printed_log_ratio(UNEQUAL, n, c) for c in CONSTANTS] for n in noise.values()]
    )
    return {
        "ratio_error": (("noise", "zero"), printed[:, :2] - exact),
        "constant_effect": (("noise",), printed[:, 2] - printed[:, 1]),
        "mended_error": ((), np.array(theory.log_ratio(UNEQUAL, noise["theorem_1"]) - exact)),
        "odds_error": ((), np.array(of_sgd - exact)),
        "printed_log_ratio": (("noise", "constant"), printed),
        "log_odds": ((), np.array(exact)),
    }


def describe(dataset: xr.Dataset) -> str:
    """Say what exponents there are."""
    pairs = zip(dataset["law"].values, dataset["exponent"].values, strict=True)
    return "exponent of the variance: " + ", ".join(f"{name} {value:.4f}" for name, value in pairs)
