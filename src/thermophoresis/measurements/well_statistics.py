"""What is derived from counts of particles in two wells, with the standard errors of a jackknife.

Counts are shares p of the time in the first well, of cells by replicas. A statistic is a function
of the log odds ln(p/(1 − p)) of all cells; leaving out each replica in turn tells its error.
"""

from collections.abc import Mapping
from math import comb
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import xarray as xr

from thermophoresis.theory import two_wells as theory

if TYPE_CHECKING:
    from thermophoresis.config.measurements.well_odds import WellOdds

# By name: dimensions, values, and standard errors where there are any.
Found: TypeAlias = dict[str, tuple[tuple[str, ...], np.ndarray, np.ndarray | None]]

NAMES = {
    "pair": ("sharp_deeper", "flat_deeper", "equal_depth", "equal_width"),
    "way": ("learning_rate", "batch_size", "variance"),
}
TILTS, STIFFNESSES = (0.1, 0.2, 0.3, 0.4), (0.0, 1.0)  # of wells that are no parabolas
WORDS = {
    "log_odds": "ln(p_A/p_B) counted",
    "boltzmann": "ln(p_A/p_B) of exp(-L/T)",
    "printed": "ln(p_A/p_B) as printed",
    "residual": "ln(p_A/p_B) counted less printed",
    "as_printed": "ln(p_A/p_B) counted, with the sign of that printed",
    "slope_error": "slope of ln(p_A/p_B) in 1/T less L_B - L_A",
    "slope_in_noise": "slope of ln(p_A/p_B) counted in T",
    "slope_in_noise_printed": "slope of ln(p_A/p_B) printed in T",
    "slope_in_noise_boltzmann": "slope of ln(p_A/p_B) of exp(-L/T) in T",
    "log_odds_by_way": "ln(p_A/p_B) counted",
    "residual_by_way": "ln(p_A/p_B) counted less printed",
    "boltzmann_by_dimension": "ln(p_A/p_B) of exp(-L/T) of the first pair",
    "oracle": "ln(p_A/p_B) of the stationary vector",
    "oracle_difference": "ln(p_A/p_B) counted less that of the stationary vector",
    "exponent": "exponent of the temperature that odds tell",
    "exponent_oracle": "exponent of the temperature that stationary vectors tell",
    "exponent_of_coins": "the same, of noise with the kurtosis of batches of coins",
    "exponent_limit": "exponent of the learning rate, of stationary vectors, as it goes to 0",
    "crossover_ratio": "noise of even odds counted over that printed",
    "scaled_log_odds": "ln(p_A/p_B) counted at a fixed ratio",
    "scaled_oracle": "ln(p_A/p_B) of the stationary vector at a fixed ratio",
    "scaled_first_order": "ln(p_A/p_B) to first order in the step",
    "scaled_shift": "ln(p_A/p_B) counted less that of exp(-L/T), at a fixed ratio",
    "scaled_limit": "the same as the learning rate goes to 0",
    "scaled_residual": "ln(p_A/p_B) counted less printed, at a fixed ratio",
    "break_step": "learning rate times the sharp curvature where odds are off by 0.1",
    "break_residual": "ln(p_A/p_B) of the stationary vector less printed there",
    "density_distance": "L1 distance of the stationary vector from exp(-L/T)",
    "density_limit": "the same as the learning rate goes to 0",
    "density_order": "its exponent in the learning rate",
    "variance_error": "relative error of 1/(1 - step/2) of a parabola",
    "variance_excess": "variance within the sharp well over that of exp(-L/T)",
    "variance_ratio": "the same over 1/(1 - step/2)",
    "cold_residual": "ln(p_A/p_B) of the stationary vector less printed, at little noise",
    "tilted_residual": "ln(p_A/p_B) of exp(-L/T) less printed, of tilted wells",
    "tilted_correction": "its derivative in T at T = 0",
    "tilted_order": "order in T of what is left without it",
    "quartic_residual": "ln(p_A/p_B) of exp(-L/T) less printed, of quartics up to the barrier",
}


def with_each_left_out(shares: np.ndarray) -> np.ndarray:
    """Return log odds of all replicas, then without each of them, (1 + replica, cell).

    Parameters
    ----------
    shares
        p, (cell, replica).
    """
    total, count = shares.sum(axis=1), shares.shape[1]
    without = (total[:, None] - shares) / (count - 1)
    p = np.concatenate([total[:, None] / count, without], axis=1).T
    p = np.where((p > 0) & (p < 1), p, np.nan)  # where nobody has crossed, odds are not defined
    return np.asarray(np.log(p / (1 - p)))


def jackknifed(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a statistic and its standard error from its values of `with_each_left_out`, (…,)."""
    without = values[1:]
    square = (len(without) - 1) * without.var(axis=0)
    return values[0], np.sqrt(square)


def mean(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean over replicas, which are last, and its standard error."""
    return values.mean(axis=-1), values.std(axis=-1, ddof=1) / np.sqrt(values.shape[-1])


def slope(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return slopes of straight lines along the last axis, by least squares."""
    away = x - x.mean(axis=-1, keepdims=True)
    return np.asarray((y * away).sum(axis=-1) / (away**2).sum(axis=-1))


def limit(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return where parabolas along the last axis are at x = 0, by least squares."""
    weights = np.linalg.pinv(np.vander(x, 3, increasing=True))[0]
    return np.asarray(y @ weights)


def crossing(log_odds: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Return T at which odds are even, between the two neighbours of which all log odds say so.

    Straight in 1/T; NaN where no neighbours have log odds of different signs.

    Parameters
    ----------
    log_odds
        (…, temperature), the first of which decides between which neighbours.
    noise
        T, increasing.
    """
    first = log_odds.reshape(-1, len(noise))[0]
    changes = np.flatnonzero(np.diff(np.sign(first)))
    if not len(changes):
        return np.full(log_odds.shape[:-1], np.nan)
    at = changes[0]
    low, high = log_odds[..., at], log_odds[..., at + 1]
    inverse = 1 / noise
    return np.asarray(1 / (inverse[at] - low * (inverse[at + 1] - inverse[at]) / (high - low)))


def told_temperature(log_odds: np.ndarray, wells: theory.Wells, noise: np.ndarray) -> np.ndarray:
    """Return ln T of the density ∝ exp(−L/T) that has these log odds."""
    table = np.geomspace(noise.min() / 3, 3 * noise.max(), 2000)
    curve = theory.log_odds(wells, table)
    rising = np.argmax(curve) + 1
    told = np.interp(log_odds, curve[:rising], np.log(table[:rising]), np.nan, np.nan)
    return np.asarray(told)


def exponent(wells: theory.Wells, noise: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """Return the exponent of a factor in the temperature that odds tell, (…,).

    Parameters
    ----------
    wells, noise
        The wells, and T, to which the factor is proportional.
    log_odds
        (…, temperature).
    """
    return slope(told_temperature(log_odds, wells, noise), np.log(noise))


def of_counts(
    measurement: "WellOdds",
    counted: Mapping[str, np.ndarray],
    known: Mapping[str, np.ndarray],
    wells: Mapping[str, theory.Wells],
) -> Found:
    """Return what is derived from counts.

    Parameters
    ----------
    measurement
        Hyperparameters.
    counted
        Shares of time in the first well, (cell, replica): of ``pair``, ``way`` and ``scaled``.
    known
        What they are compared with.
    wells
        The pairs by name, and the first one in two dimensions as ``plane``.
    """
    odds = {name: with_each_left_out(shares) for name, shares in counted.items()}
    noise = np.array(measurement.temperatures)
    found: Found = {}
    dims: tuple[str, ...] = ("pair", "temperature")
    pairs = odds["pair"].reshape(-1, len(NAMES["pair"]), len(noise))
    printed = known["printed"]
    gap = np.array([it.levels[1] - it.levels[0] for it in wells.values() if it.across is None])
    for name, values in (
        ("log_odds", pairs),
        ("residual", pairs - printed),
        ("as_printed", pairs * np.sign(printed)),
    ):
        found[name] = (dims, *jackknifed(values))
    found["slope_error"] = (("pair",), *jackknifed(slope(pairs, 1 / noise) - gap))
    found["slope_in_noise"] = (("pair",), *jackknifed(slope(pairs, noise)))
    for name in ("printed", "boltzmann"):
        found[name] = (dims, known[name], None)
        found[f"slope_in_noise_{name}"] = (("pair",), slope(known[name], noise), None)
    even = crossing(pairs[:, 0], noise) / theory.printed_crossover(wells[NAMES["pair"][0]])
    found["crossover_ratio"] = (("definition",), *jackknifed(even[:, None] * [1.0, 2.0]))
    found |= _by_way(measurement, odds["way"], known, wells)
    return found | _scaled(measurement, odds["scaled"], known)


def _by_way(
    measurement: "WellOdds",
    odds: np.ndarray,
    known: Mapping[str, np.ndarray],
    wells: Mapping[str, theory.Wells],
) -> Found:
    """Return what the three factors do one by one, in one dimension and in two."""
    noise = np.array(measurement.temperatures)
    odds = odds.reshape(-1, 2, len(NAMES["way"]), len(noise))
    both = (wells[NAMES["pair"][0]], wells["plane"])
    printed = np.array([theory.printed_log_odds(it, noise) for it in both])[:, None]
    # |B| goes the other way.
    signs = np.array([1, -1, 1])
    exponents = np.stack([exponent(w, noise, odds[:, d]) for d, w in enumerate(both)], axis=1)
    boltzmann = np.array([theory.log_odds(it, noise) for it in both])
    dims = ("dimension", "way", "temperature")
    return {
        "boltzmann_by_dimension": ((dims[0], dims[2]), boltzmann, None),
        "log_odds_by_way": (dims, *jackknifed(odds)),
        "residual_by_way": (dims, *jackknifed(odds - printed)),
        "oracle": (dims[1:], known["oracle"], None),
        "oracle_difference": (dims[1:], *jackknifed(odds[:, 0] - known["oracle"])),
        "exponent_limit": ((), limit(known["exponent"], 1 / np.array([1.0, 2.0, 4.0])), None),
        "exponent_oracle": (dims[1:2], exponent(both[0], noise, known["oracle"]) * signs, None),
        "exponent_of_coins": (dims[1:2], exponent(both[0], noise, known["of_coins"]) * signs, None),
        "exponent": (dims[:2], *jackknifed(exponents * signs)),
    }


def _scaled(measurement: "WellOdds", odds: np.ndarray, known: Mapping[str, np.ndarray]) -> Found:
    """Return what larger steps do at a fixed η/|B|."""
    rates = np.array(measurement.learning_rates)
    odds = odds.reshape(-1, len(measurement.scaled_batches), len(rates))
    shift = odds - known["scaled_boltzmann"]
    dims = ("first_batch", "learning_rate")
    return {
        "scaled_log_odds": (dims, *jackknifed(odds)),
        "scaled_shift": (dims, *jackknifed(shift)),
        "scaled_residual": (dims, *jackknifed(odds - known["scaled_printed"])),
        "scaled_limit": (dims[:1], *jackknifed(limit(shift, rates))),
        "scaled_oracle": (dims[1:], known["scaled_oracle"], None),
        "scaled_first_order": (dims, known["scaled_first_order"], None),
    }


def quadratic(step: float, batch_size: int) -> float:
    """Return the variance of SGD in a parabola over T/H, at ηH, as its steps make it.

    The variance of a batch is that of all 2^|B| batches of coins.
    """
    heads = np.arange(batch_size + 1)
    chances = np.array([float(comb(batch_size, int(it))) for it in heads]) / 2.0**batch_size
    noise = float((chances * (2 * heads / batch_size - 1) ** 2).sum())
    variance, before = 0.0, -1.0
    while abs(variance - before) > 1e-15 * variance:
        before = variance
        variance = (1 - step) ** 2 * variance + step**2 * noise
    return variance / (step / (2 * batch_size))


def labelled(measurement: "WellOdds", found: Found) -> xr.Dataset:
    """Return a dataset of all that was found, with standard errors over replicas."""
    variables: dict[str, xr.Variable] = {}
    for name, (dims, value, error) in found.items():
        told = {"long_name": WORDS[name], "units": "1"}
        variables[name] = xr.Variable(dims, value, told)
        if error is not None:
            told = {"long_name": "its standard error", "units": "1"}
            variables[f"{name}_standard_error"] = xr.Variable(
                dims, error, told | {"replicas": measurement.replicas}
            )
    return xr.Dataset(
        variables,
        {
            **{axis: list(names) for axis, names in NAMES.items()},
            "temperature": list(measurement.temperatures),
            "dimension": [1, 2],
            "definition": ["theorem 1", "theorem 2"],
            "first_batch": list(measurement.scaled_batches),
            "learning_rate": list(measurement.learning_rates),
            "step": list(measurement.steps),
            "tilt": list(TILTS),
            "stiffness": list(STIFFNESSES),
            "halving": np.arange(len(found["density_distance"][1])),
        },
    )
