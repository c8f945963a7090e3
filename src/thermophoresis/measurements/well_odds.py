"""Odds between two wells: counted, of discrete SGD's stationary vector, by quadrature, printed.

Where noise is constant, Jastrzębski et al. have odds that depend on T = σ²η/2|B| alone. Particles
of SGD on a finite sum (`simulations.coin_descent`), half of which start in either minimum, are
counted in four pairs of wells while T goes through some values; in one of these by η, by |B| and
by σ² alone, in one dimension and in two, and while η and |B| grow at a fixed ratio. What is derived
from counts has the standard error of a jackknife over replicas (`measurements.well_statistics`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from thermophoresis.config.measurements.well_odds import WellOdds
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import key
from thermophoresis.measurements import well_statistics as statistics
from thermophoresis.simulations import coin_descent, transfer_operator
from thermophoresis.theory import anharmonic_wells as anharmonic
from thermophoresis.theory import two_wells as theory

TITLE = "odds between two wells"
PURPOSE = "well_odds"
# The first well is the flat one, or else the deeper one.
PAIRS, WAYS = statistics.NAMES["pair"], statistics.NAMES["way"]
BETWEEN = 1.0  # ηtH between two counts, H of the flat well
LEVEL = 20.0  # L/T at the ends of the grid of the stationary vector
HALVINGS = np.arange(3)  # of η, along which the density goes to its limit
PARTS = (1, 2, 4)  # of η, along which its exponent goes to its limit
COUNTS = 250  # of the variance within a well
OFF = 0.1  # of log odds, from where on they are not as printed
RATES = 12  # between which that is looked for
COLD = 0.25  # T at which few particles cross, so that none is counted
# Of wells that are no parabolas: those of `escape_times` are drawn from up to these.
TILTS, STIFFNESSES = statistics.TILTS, statistics.STIFFNESSES
SMALL = np.array([0.005, 0.01])  # T over the barrier, between which an order is told


class Cell(NamedTuple):
    """SGD with one set of hyperparameters."""

    wells: theory.Wells
    learning_rate: float
    batch_size: int
    temperature: float

    @property
    def variance(self) -> float:
        """σ² with which T is what it is."""
        return 2 * self.temperature * self.batch_size / self.learning_rate


def measure(
    measurement: WellOdds,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Count particles, and calculate what they are compared with.

    Parameters
    ----------
    measurement
        Wells, hyperparameters, and how many particles move for how long.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        float64, with standard errors of what is counted. Beside what claims can be about, for
        figures, ``boltzmann`` and ``printed`` (pair, temperature), ``log_odds_by_way`` (dimension,
        way, temperature), ``boltzmann_by_dimension`` (dimension, temperature), ``oracle`` (way,
        temperature), ``scaled_log_odds`` and ``scaled_first_order`` (first_batch, learning_rate),
        ``scaled_oracle`` (learning_rate), ``density_distance`` (halving) and ``tilted_correction``
        (tilt, stiffness).
    """
    of_pairs, of_ways, scaled = (
        np.array([share(measurement, name, cell) for name, cell in cells(measurement)])
        for cells in (pair_cells, way_cells, scaled_cells)
    )
    some = len(measurement.temperatures)
    first = of_ways[WAYS.index("batch_size") * some :][:some]
    counted = {"pair": np.concatenate([first, of_pairs]), "way": of_ways, "scaled": scaled}
    wells = {name: pair(measurement, name) for name in PAIRS} | {"plane": plane(measurement)}
    found = statistics.of_counts(measurement, counted, _known(measurement), wells)
    found |= _densities(measurement)
    found |= _breaking(measurement)
    found |= _variances(measurement)
    found |= _cold(measurement)
    found |= _anharmonic(measurement)
    return statistics.labelled(measurement, found)


def pair(measurement: WellOdds, name: str) -> theory.Wells:
    """Return a pair of wells by its name."""
    flat, sharp = measurement.curvatures
    deep, shallow = 0.0, measurement.difference
    levels, curvatures = {
        "sharp_deeper": ((shallow, deep), (flat, sharp)),
        "flat_deeper": ((deep, shallow), (flat, sharp)),
        "equal_depth": ((shallow, shallow), (flat, sharp)),
        "equal_width": ((deep, shallow), (sharp, sharp)),
    }[name]
    return theory.Wells(levels, curvatures, shallow + measurement.barrier)


def plane(measurement: WellOdds) -> theory.Wells:
    """Return the first pair in two dimensions."""
    return replace(pair(measurement, PAIRS[0]), across=measurement.across)


def pair_cells(measurement: WellOdds) -> Iterator[tuple[str, Cell]]:
    """Yield cells (pair, temperature) but of the first pair: T is what |B| makes it."""
    batches = measurement.batch_sizes[::-1]
    for name in PAIRS[1:]:
        for batch, noise in zip(batches, measurement.temperatures, strict=True):
            wells, rate = pair(measurement, name), measurement.learning_rate
            yield f"{name}, {noise:.9g}", Cell(wells, rate, batch, noise)


def way_cells(measurement: WellOdds) -> Iterator[tuple[str, Cell]]:
    """Yield cells (dimension, way, temperature): T is what one of the three factors makes it."""
    for dimension, wells in ((1, pair(measurement, PAIRS[0])), (2, plane(measurement))):
        for way in WAYS:
            for noise in measurement.temperatures:
                factor = noise / measurement.temperature
                rate = measurement.learning_rate * (factor if way == WAYS[0] else 1)
                batch = measurement.batch_size / (factor if way == WAYS[1] else 1)
                name = f"{dimension}, {way}, {noise:.9g}"
                yield name, Cell(wells, rate, round(batch), noise)


def scaled_cells(measurement: WellOdds) -> Iterator[tuple[str, Cell]]:
    """Yield cells (first_batch, learning_rate): η/|B| is fixed."""
    wells, noise = pair(measurement, PAIRS[0]), measurement.temperature
    for first in measurement.scaled_batches:
        both = zip(measurement.learning_rates, measurement.batches_at(first), strict=True)
        for rate, batch in both:
            yield f"{first}, {rate:.9g}", Cell(wells, rate, round(batch), noise)


def share(measurement: WellOdds, name: str, cell: Cell) -> np.ndarray:
    """Return which part of the time particles of each replica are in the first well, (replica,)."""
    wells, rate = cell.wells, cell.learning_rate
    relaxation = theory.relaxation_time(wells, cell.temperature)
    before = round(measurement.burn_in * relaxation * min(wells.curvatures) / BETWEEN)
    counts = round(measurement.time * min(wells.curvatures) / BETWEEN)
    every = 4 * max(round(BETWEEN / (4 * rate * min(wells.curvatures))), 1)
    total = np.zeros(measurement.replicas)
    for number, places in enumerate(_moved(measurement, name, cell, every, before + counts)):
        if number >= before:
            total += (places[0] < 0).mean(axis=1)
    return total / counts


def _moved(
    measurement: WellOdds, name: str, cell: Cell, every: int, times: int
) -> Iterator[np.ndarray]:
    """Yield places after every so many steps, (dimension, replica, particle), in one array."""
    places = start(measurement, cell.wells)
    for number in range(times):
        coin_descent.descend(
            places,
            cell.wells,
            key(measurement.seed, f"{PURPOSE}, {name}"),
            learning_rate=cell.learning_rate,
            batch_size=cell.batch_size,
            deviation=float(np.sqrt(cell.variance)),
            first=number * every,
            steps=every,
        )
        yield places


def start(measurement: WellOdds, wells: theory.Wells) -> np.ndarray:
    """Return places, (dimension, replica, particle): one half of particles in either minimum."""
    dimensions = 1 if wells.across is None else 2
    places = np.zeros((dimensions, measurement.replicas, measurement.particles))
    half = measurement.particles // 2
    places[0, :, :half], places[0, :, half:] = -wells.widths[0], wells.widths[1]
    return places


def stationary(
    wells: theory.Wells,
    learning_rate: float,
    noise: float,
    cells: int,
    law: transfer_operator.Law = transfer_operator.GAUSSIAN,
) -> tuple[np.ndarray, np.ndarray]:
    """Return edges and stationary masses of SGD with some law of noise, (cell + 1,) and (cell,).

    The barrier is an edge.
    """
    beyond = np.sqrt(2 * LEVEL * noise / np.array(wells.curvatures))
    low, high = np.array([-1.0, 1.0]) * (wells.widths + beyond)
    side = (high - low) / cells
    edges = side * np.arange(np.floor(low / side), np.ceil(high / side) + 1)
    matrix = transfer_operator.transitions(
        edges,
        lambda x: theory.gradient(x, wells),
        lambda x: np.full_like(x, 2 * noise / learning_rate),
        learning_rate=learning_rate,
        batch_size=1,
        law=law,
    )
    return edges, transfer_operator.stationary(matrix)


def oracle(
    wells: theory.Wells,
    learning_rate: float,
    noise: float,
    cells: int,
    law: transfer_operator.Law = transfer_operator.GAUSSIAN,
) -> float:
    """Return ln(p_A/p_B) of the stationary vector."""
    edges, mass = stationary(wells, learning_rate, noise, cells, law)
    first = mass[edges[1:] <= edges[np.abs(edges).argmin()]].sum()
    return float(np.log(first / (mass.sum() - first)))


def _known(measurement: WellOdds) -> dict[str, np.ndarray]:
    """Return what counted odds are compared with."""
    pairs = [pair(measurement, name) for name in PAIRS]
    noise, first = np.array(measurement.temperatures), pairs[0]
    factors = noise / measurement.temperature
    cells, rate = measurement.cells, measurement.learning_rate
    rates = np.array(measurement.learning_rates)
    at = measurement.temperature
    steps, kurtosis = theory.first_order(first, at)
    ratios = np.array(measurement.scaled_batches)[:, None] / rates[0]
    tilted = [
        [oracle(first, rate * f / part, t, cells) for f, t in zip(factors, noise, strict=True)]
        for part in PARTS
    ]
    at_rate = [oracle(first, rate, t, cells) for t in noise]
    of_coins = [
        oracle(it.wells, it.learning_rate, it.temperature, cells, like_coins(it.batch_size))
        for _, it in way_cells(measurement)
        if it.wells.across is None
    ]
    return {
        "boltzmann": np.array([theory.log_odds(it, noise) for it in pairs]),
        "printed": np.array([theory.printed_log_odds(it, noise) for it in pairs]),
        "oracle": np.array([tilted[0], at_rate, at_rate]),
        "of_coins": np.reshape(of_coins, (len(WAYS), len(noise))),
        "exponent": statistics.exponent(first, noise, np.array(tilted)),
        "scaled_boltzmann": theory.log_odds(first, at),
        "scaled_printed": theory.printed_log_odds(first, np.array(at)),
        "scaled_oracle": np.array([oracle(first, it, at, cells) for it in rates]),
        # Of coins the excess kurtosis is −2.
        "scaled_first_order": theory.log_odds(first, at) + steps * rates - 2 * kurtosis / ratios,
    }


def _densities(measurement: WellOdds) -> statistics.Found:
    """Return the L1 distance of stationary vectors from exp(−L/T) while η is halved at one T."""
    wells, noise = pair(measurement, PAIRS[0]), measurement.temperature
    rates = measurement.learning_rates[0] / 2.0**HALVINGS
    distances = np.empty(len(rates))
    for number, rate in enumerate(rates):
        edges, mass = stationary(wells, float(rate), noise, measurement.cells)
        distances[number] = np.abs(mass - boltzmann_masses(wells, edges, noise)).sum()
    order = np.log(distances[-2] / distances[-1]) / np.log(2)
    return {
        "density_distance": (("halving",), distances, None),
        "density_limit": ((), statistics.limit(distances, rates), None),
        "density_order": ((), np.array(order), None),
    }


def boltzmann_masses(wells: theory.Wells, edges: np.ndarray, noise: float) -> np.ndarray:
    """Return the masses of cells of the density ∝ exp(−L/T), by six nodes in each."""
    nodes, weights = np.polynomial.legendre.leggauss(6)
    x = edges[:-1, None] + np.diff(edges)[:, None] * (1 + nodes) / 2
    mass = (np.exp(-theory.loss(x, wells) / noise) * weights).sum(axis=1)
    return np.asarray(mass / mass.sum())


def _breaking(measurement: WellOdds) -> statistics.Found:
    """Return ηH of the sharp well at which odds are no longer as printed, and how they are then."""
    wells, noise = pair(measurement, PAIRS[0]), measurement.temperature
    printed = float(theory.printed_log_odds(wells, np.array(noise)))
    sharp = max(wells.curvatures)

    def off(rate: float) -> float:
        return oracle(wells, rate, noise, measurement.cells) - printed

    rates = np.geomspace(measurement.learning_rates[0], 1.9 / sharp, RATES)
    values = np.array([off(float(it)) for it in rates])
    step = residual = np.nan
    if (beyond := np.flatnonzero(np.abs(values) > OFF)).size and beyond[0]:
        residual = np.sign(values[beyond[0]]) * OFF
        low, high = rates[beyond[0] - 1 : beyond[0] + 1]
        step = sharp * brentq(lambda rate: off(rate) - residual, low, high, xtol=1e-6)
    return {
        "break_step": ((), np.array(step), None),
        "break_residual": ((), np.array(residual), None),
    }


def _variances(measurement: WellOdds) -> statistics.Found:
    """Return variances of a parabola, and within the sharp well, over those as η → 0."""
    steps = np.array(measurement.steps)
    wells = pair(measurement, PAIRS[0])
    continuous = theory.variance_within(wells, measurement.within)[1]
    ratio = np.array([within(measurement, wells, step) for step in steps]) / continuous
    exact = 1 / (1 - steps / 2)
    of_parabola = np.array([statistics.quadratic(it, measurement.batch_size) for it in steps])
    dims = ("step",)
    return {
        "variance_error": (dims, np.abs(of_parabola / exact - 1), None),
        "variance_excess": (dims, *statistics.mean(ratio)),
        "variance_ratio": (dims, *statistics.mean(ratio / exact[:, None])),
    }


def like_coins(batch_size: float) -> transfer_operator.Law:
    """Return a law of noise with the first five moments of a batch of coins: kurtosis −2/|B|."""
    point = batch_size**-0.25
    return transfer_operator.Law((-point, point), (0.5, 0.5))


def _cold(measurement: WellOdds) -> statistics.Found:
    """Return how far odds are from those printed at little noise, of stationary vectors."""
    law = like_coins(measurement.temperature * measurement.batch_size / COLD)
    pairs = [pair(measurement, name) for name in PAIRS]
    odds = [oracle(it, measurement.learning_rate, COLD, measurement.cells, law) for it in pairs]
    printed = [float(theory.printed_log_odds(it, np.array(COLD))) for it in pairs]
    return {"cold_residual": (("pair",), np.subtract(odds, printed), None)}


def _anharmonic(measurement: WellOdds) -> statistics.Found:
    """Return how far odds of exp(−L/T) are from those printed where wells are no parabolas."""
    barrier = measurement.barrier
    tilted = [[anharmonic.Tilted(b, c, barrier) for c in STIFFNESSES] for b in TILTS]

    def off(noise: np.ndarray) -> np.ndarray:
        return np.array(
            [
                [
                    anharmonic.log_odds(it, noise) - anharmonic.printed_log_odds(it, noise)
                    for it in row
                ]
                for row in tilted
            ]
        )

    noise = np.array(measurement.temperatures)
    corrections = np.array([[anharmonic.correction(it) for it in row] for row in tilted])
    left = off(SMALL * barrier) - corrections[..., None] * SMALL * barrier
    pairs = [pair(measurement, name) for name in PAIRS]
    quartic = [anharmonic.quartic_log_odds(it, noise) for it in pairs]
    printed = [theory.printed_log_odds(it, noise) for it in pairs]
    both = ("tilt", "stiffness")
    return {
        "tilted_residual": ((*both, "temperature"), off(noise), None),
        "tilted_correction": (both, corrections, None),
        "tilted_order": (both, np.log2(left[..., 1] / left[..., 0]), None),
        "quartic_residual": (("pair", "temperature"), np.subtract(quartic, printed), None),
    }


def within(measurement: WellOdds, wells: theory.Wells, step: float) -> np.ndarray:
    """Return the variance of particles in the second well at ηH, (replica,)."""
    rate = step / wells.curvatures[1]
    cell = Cell(wells, rate, measurement.batch_size, measurement.within)
    every = 4 * max(round(1 / (4 * step)), 1)
    before = max(round(measurement.burn_in / (every * step)), 1)
    sums = np.zeros((2, measurement.replicas))
    moved = _moved(measurement, f"within, {step:.9g}", cell, every, before + COUNTS)
    half = measurement.particles // 2
    for number, places in enumerate(moved):
        if number >= before:
            inside = places[0, :, half:]
            sums += inside.mean(axis=1), (inside**2).mean(axis=1)
    mean, square = sums / COUNTS
    return np.asarray(square - mean**2)


def describe(dataset: xr.Dataset) -> str:
    """Say where odds are even."""
    found = dataset["crossover_ratio"].isel(definition=0)
    error = dataset["crossover_ratio_standard_error"].isel(definition=0)
    return f"noise of even odds over that printed: {float(found):.3f} ± {float(error):.3f}"
