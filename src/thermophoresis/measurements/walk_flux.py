"""The flow of the generalised random walk in one or two dimensions, beside what is printed of it.

In the walk of Wei & Schwab's Eq. 5, q ← q ± η g(q) with either sign at even odds for all
coordinates, the flow through a place p is known exactly. It is half of what lies where a part s of
a step leads to p, for all s between 0 and 1,

    J(p) = ½ Σ ± η ∫ ds (ρ g/det(1 ± sη∂g))(q),   q ± sη g(q) = p.

The same flow is counted: walkers are drawn from ρ around the place, each makes one step, and what
crosses a line of some length, at right angles to g, is counted. No equation of the paper is used.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from thermophoresis.config.measurements.walk_flux import WalkFlux
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import key
from thermophoresis.draws.variates import uniform
from thermophoresis.theory import walk

TITLE = "flow of the random walk"
PURPOSE = "walk_flux"
POSITIONS = np.linspace(-1.0, 1.0, 17)
ITERATIONS = 60  # of a contraction by η dg/dq < 0.4 each
NODES = 16  # of Gauss and Legendre, in the part of a step
# The steps over which the remainder of Eq. 18 is fitted: of the length of what g changes over.
REMAINDER_STEPS = np.geomspace(0.003, 0.03, 5)
# Who steps across starts within so many steps and, beside the line, half lengths of it.
REACH, WIDTH = 1.5, 2.0
LINE = 0.05  # its length
CHUNK = 1 << 17  # walkers that are drawn at a time


def measure(
    measurement: WalkFlux,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Calculate the flow at some places, count it, and evaluate Eqs. 6, 7 and 18 as printed.

    Parameters
    ----------
    measurement
        Step size, how steep noise and density are, and how many walkers are drawn.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``position``, float64, flows in mass per step:
        ``flow``, exactly; ``flow_printed`` of Eq. 6; ``flow_fokker_planck`` of Itô's equation;
        ``flow_far_end`` of the first line of A.4; ``flow_ratio``, the first over the second;
        ``coefficient_ratio``, c of Eq. 7 over the coefficient of −ρ in Eq. 6;
        ``remainder_exponent``, the power of η that the remainder of Eq. 18 goes with;
        ``flow_sampled`` and ``flow_sampled_ratio``, what walkers carry and that over Eq. 6, with
        their standard errors. NaN where g is constant and a ratio is of nothing.
    """
    eta, q = measurement.step_size, POSITIONS
    g, jacobian, density, gradient = fields(measurement, q)
    places = np.repeat(q[:, None], g.shape[-1], axis=-1)
    noise = noise_at(measurement)
    found = flow(measurement, q)
    diffusive = walk.diffusive_flow(eta, g, gradient)
    printed = diffusive + walk.thermophoretic_flow(eta, g, jacobian, density)
    above, below = walk.distances(eta, noise, places)
    ends = (density_at(measurement, place) for place in (places + above, places - below))
    in_eq6 = -walk.thermophoretic_flow(eta, g, jacobian, np.ones_like(q))
    in_eq7 = walk.thermophoretic_coefficient(eta, g, jacobian)
    sampled, error = count_flow(measurement, q)
    itos = walk.fokker_planck_flow(eta, g, jacobian, density, gradient)
    with np.errstate(invalid="ignore"):
        coefficient_ratio = in_eq7 / in_eq6
    variables = {
        "flow": ("flow of the walk, exactly", found),
        "flow_printed": ("flow of Eq. 6, as printed", printed),
        "flow_fokker_planck": ("flow of Itô's Fokker-Planck equation", itos),
        "flow_far_end": ("flow of the first line of A.4", walk.far_end_flow(above, below, *ends)),
        "flow_ratio": ("flow over that of Eq. 6", found / printed),
        "coefficient_ratio": ("c of Eq. 7 over the coefficient of Eq. 6", coefficient_ratio),
        "remainder_exponent": (
            "exponent of η in the remainder of Eq. 18",
            remainder_exponent(measurement, places),
        ),
        "flow_sampled": ("flow that walkers carry", sampled),
        "flow_sampled_standard_error": ("its standard error", error),
        "flow_sampled_ratio": ("flow that walkers carry over that of Eq. 6", sampled / printed),
        "flow_sampled_ratio_standard_error": ("its standard error", error / np.abs(printed)),
    }
    errors = {"replicas": measurement.walkers}
    return xr.Dataset(
        {
            name: (
                "position",
                value,
                {"long_name": words, "units": "1"} | (errors if words.startswith("its") else {}),
            )
            for name, (words, value) in variables.items()
        },
        {"position": ("position", q, {"long_name": "q", "units": "1"})},
    )


def noise_at(measurement: WalkFlux) -> Callable[[np.ndarray], np.ndarray]:
    """Return g as a function of places, both of shape (…, dimensions)."""
    own, cross = measurement.noise_slope, measurement.cross_slope

    def noise(places: np.ndarray) -> np.ndarray:
        exponent = own * places
        if cross is not None:
            exponent = exponent + cross * places[..., ::-1]
        return np.exp(exponent)

    return noise


def density_at(measurement: WalkFlux, places: np.ndarray) -> np.ndarray:
    """Return ρ at places of shape (…, dimensions)."""
    return np.exp(measurement.density_slope * places.mean(axis=-1))  # type: ignore[no-any-return]  # numpy: Any


def fields(
    measurement: WalkFlux, q: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return g, ∂ⱼgᵢ, ρ and ∇ρ where all coordinates are q, as `theory.walk` has them."""
    own, cross = measurement.noise_slope, measurement.cross_slope
    slopes = np.array([[own]] if cross is None else [[own, cross], [cross, own]])
    places = np.repeat(q[:, None], len(slopes), axis=-1)
    g, density = noise_at(measurement)(places), density_at(measurement, places)
    gradient = np.repeat(density[:, None], len(slopes), axis=-1) * measurement.density_slope
    return g, g[..., None] * slopes, density, gradient / len(slopes)


def flow(measurement: WalkFlux, q: np.ndarray) -> np.ndarray:
    """Return the mass that a step carries along g through a line of unit length, or past a point.

    Parameters
    ----------
    measurement
        Step size, how steep noise and density are.
    q
        What all coordinates of the places are: they lie on the diagonal, and so do all those from
        which a step leads there.
    """
    eta, along = measurement.step_size, measurement.diagonal_slope
    across = None if measurement.cross_slope is None else along - 2 * measurement.cross_slope
    length = 1.0 if across is None else math.sqrt(2.0)
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    carried = np.zeros_like(q)
    for sign in (1.0, -1.0):
        part = sign * eta * (1 + nodes[:, None]) / 2
        start = q - part * np.exp(along * q)
        for _ in range(ITERATIONS):
            start = q - part * np.exp(along * start)
        noise = np.exp(along * start)
        determinant = 1 + part * along * noise
        if across is not None:
            determinant *= 1 + part * across * noise
        mass = noise * np.exp(measurement.density_slope * start) / determinant
        carried += sign * weights @ mass / 2
    return eta * length * carried / 2


def remainder_exponent(measurement: WalkFlux, places: np.ndarray) -> np.ndarray:
    """Return the power of η that |Δ⁺ − Δ⁻ − 2η² Σⱼ gⱼ∂ⱼg| goes with; NaN where g is constant.

    Parameters
    ----------
    measurement
        How steep the noise is.
    places
        Shape (position, dimension), all coordinates equal.
    """
    if not measurement.diagonal_slope:
        return np.full(len(places), np.nan)
    g, jacobian, *_ = fields(measurement, places[:, 0])
    # A step of the same part of what g changes over, at every place.
    unit = 1 / np.abs(measurement.diagonal_slope * g[:, :1])
    remainders = []
    for step in REMAINDER_STEPS:
        scaled, steep = unit * g, unit[..., None] * jacobian
        above, below = walk.distances(
            step, lambda place: unit * noise_at(measurement)(place), places
        )
        leading = walk.leading_distance_difference(step, scaled, steep)
        remainders.append(np.linalg.norm(above - below - leading, axis=-1))
    slope, _ = np.polyfit(np.log(REMAINDER_STEPS), np.log(remainders), 1)
    return np.asarray(slope)


def count_flow(measurement: WalkFlux, q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what walkers drawn from ρ carry through a line in one step, and its standard error.

    Walkers are drawn where one step can lead through the line: along the diagonal, and beside it.

    Parameters
    ----------
    measurement
        Step size, how steep noise and density are, and how many walkers are drawn at each place.
    q
        What all coordinates of the places are.

    Returns
    -------
    Mass per step and length of the line, each of shape (position,).
    """
    words = key(measurement.seed, PURPOSE)
    two = measurement.cross_slope is not None
    root = math.sqrt(2.0) if two else 1.0  # of places on the diagonal over their coordinates
    slope, walkers = measurement.density_slope / root, measurement.walkers
    found = []
    for index, place in enumerate(q):
        reach = REACH * measurement.step_size * root * math.exp(measurement.diagonal_slope * place)
        mass = 2 * reach if not slope else 2 * math.sinh(slope * reach) / slope
        mass *= math.exp(measurement.density_slope * place)
        mass *= WIDTH if two else 1.0  # per length of the line
        crossed = np.zeros(2)
        for first in range(0, walkers, CHUNK):
            count = min(CHUNK, walkers - first)
            drawn = uniform(words, range(index, index + 1), first, count, 3, dtype=torch.float64)
            u, across, coin = drawn[0].numpy().T
            along = _truncated(u, slope, reach)
            aside = WIDTH * LINE * (across - 0.5)
            forwards = coin < 0.5
            through = _crosses(measurement, place, along, aside, np.where(forwards, 1.0, -1.0))
            crossed += (through & forwards).sum(), (through & ~forwards).sum()
        shares = crossed / walkers
        net = shares[0] - shares[1]
        found.append((mass * net, mass * math.sqrt((shares.sum() - net**2) / walkers)))
    flows, errors = np.array(found).T
    return flows, errors


def _crosses(
    measurement: WalkFlux, place: float, along: np.ndarray, aside: np.ndarray, sign: np.ndarray
) -> np.ndarray:
    """Return who steps through the line: each starts along the diagonal and beside it, as told."""
    two = measurement.cross_slope is not None
    root = math.sqrt(2.0) if two else 1.0
    local = (along + aside, along - aside) if two else (along,)
    start = place + np.stack(local, axis=-1) / root
    step = sign[:, None] * measurement.step_size * noise_at(measurement)(start)
    ahead = step.sum(axis=-1) / root
    through = (along < 0) != (along + ahead < 0)
    if two:
        turned = (step[:, 0] - step[:, 1]) / root
        through &= np.abs(aside - along * turned / ahead) <= LINE / 2
    return through  # type: ignore[no-any-return]  # numpy: Any


def _truncated(u: np.ndarray, slope: float, reach: float) -> np.ndarray:
    """Return what is distributed as the exponential of slope times it, between −reach and reach."""
    if not slope:
        return reach * (2 * u - 1)
    return np.log1p(u * math.expm1(2 * slope * reach)) / slope - reach


def describe(dataset: xr.Dataset) -> str:
    """Say how the flow compares with what is printed."""
    ratio = dataset["flow_ratio"]
    return f"{float(ratio.min()):.4g} to {float(ratio.max()):.4g} of the flow of Eq. 6"
