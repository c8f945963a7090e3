"""The search for the exponents of least cost, in a sample and all its resamples at once."""

from collections.abc import Callable

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.special import stdtrit

from thermophoresis.analysis.exponent_fit import Outcome
from thermophoresis.analysis.pair_costs import Family, Pair, approximate_pair_costs, pair_costs
from thermophoresis.numerics.grid_minimum import lowest

SEARCH_RADIUS = 4.0  # either exponent is sought up to this far from its thermal value
SIGNIFICANCE = 0.01  # of the rise of the cost that an exponent needs to count as identified
MOST_PASSES = 6  # of the search, each over the range of the minima that the last one found
FINEST = 1e-3  # range of exponents that is not narrowed further
# Where curves coincide replica by replica, differences and their scatter vanish together: no slope
# of the cost leads there, but the grid of the first search has the point if α and β are whole.
PERFECT = 1e-6


def minimise(
    family: Family, pairs: list[Pair], weights: np.ndarray
) -> tuple[np.ndarray, float, list[Outcome]]:
    """Exponents of least cost in every resample.

    The cost of a pair depends on the exponents through one number, its relative stretch. It is
    tabulated there for all resamples at once: over everything that is searched, then over the range
    of the minima found so far until that range no longer shrinks; with the variances of the sample,
    which is fast, and in the end with those of each resample.

    Parameters
    ----------
    weights
        Share of each replica in each resample, shape (resamples, n); the sample comes first.

    Returns
    -------
    offsets
        Exponents less the thermal ones, shape (p, resamples).
    cost
        Cost of the sample at its minimum.
    outcomes
        For each of the p exponents.
    """
    dimensions = len(pairs[0].direction)
    replicas = weights.shape[1]
    means = [weights @ cell for cell in family.values]
    centred = [cell - cell.mean(axis=0) for cell in family.values]

    def approximate(pair: Pair, stretches: np.ndarray) -> np.ndarray:
        return approximate_pair_costs(family, pair, stretches, means, centred)

    def sample(pair: Pair, stretches: np.ndarray) -> np.ndarray:
        return approximate_pair_costs(
            family, pair, stretches, [mean[:1] for mean in means], centred
        )

    def exact(pair: Pair, stretches: np.ndarray) -> np.ndarray:
        return pair_costs(family, pair, stretches, weights)

    axes = [np.linspace(-SEARCH_RADIUS, SEARCH_RADIUS, 33)] * dimensions
    cost = total_cost(pairs, axes, approximate, nodes=32 * dimensions + 1, degree=1)
    significant = stdtrit(replicas - 1, 1 - SIGNIFICANCE / 2) ** 2
    outcomes = [rise_outcome(cost[..., 0], axis, significant) for axis in range(dimensions)]

    if cost[..., 0].min() < PERFECT:
        place = np.unravel_index(cost[..., 0].argmin(), cost.shape[:-1])
        at = np.array([[axis[index]] for axis, index in zip(axes, place, strict=True)])
        return np.repeat(at, len(weights), axis=1), 0.0, outcomes

    offsets, _, _ = lowest(cost, axes)
    margin = np.full(dimensions, 2 * (axes[0][1] - axes[0][0]))
    # By itself, hence finer, and whatever the resamples are.
    estimate, least, at_end = refine(pairs, sample, offsets[:, :1], margin)
    offsets, _, _ = refine(pairs, approximate, offsets, margin)
    offsets, _, _ = refine(pairs, exact, offsets, np.ptp(offsets, axis=1) / 4 + 1e-2)
    offsets[:, :1] = estimate
    outcomes = [
        Outcome.EDGE if outcome is Outcome.IDENTIFIED and held else outcome
        for outcome, held in zip(outcomes, at_end[:, 0], strict=True)
    ]
    return offsets, float(least[0]), outcomes


def refine(
    pairs: list[Pair],
    tabulate: Callable[[Pair, np.ndarray], np.ndarray],
    offsets: np.ndarray,
    margin: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Search the range of approximate minima, then that of what is found, until it stays.

    Parameters
    ----------
    tabulate
        Gives the costs of a pair at N stretches, shape (N, resamples).
    offsets
        Approximate minima, shape (p, resamples).
    margin
        How far beyond them the first search goes, shape (p,).

    Returns
    -------
    Offsets, costs and whether they are confined, as from `lowest`.
    """
    count = 129 if len(offsets) == 1 else 33
    for _ in range(MOST_PASSES):
        limits = np.clip(
            [offsets.min(axis=1) - margin, offsets.max(axis=1) + margin],
            -SEARCH_RADIUS,
            SEARCH_RADIUS,
        )
        axes = [np.linspace(low, high, count) for low, high in limits.T]
        width = np.diff(limits, axis=0)[0]
        # Dense enough to tell apart minima that are a tenth of an exponent from each other, as
        # curves that do not collapse may have.
        nodes = int(np.clip(np.ceil(25 * width.max()), 8, 64)) + 1
        cost = total_cost(pairs, axes, tabulate, nodes=nodes, degree=3)
        offsets, costs, confined = lowest(cost, axes)
        # A minimum at a limit of the pass, though not of the search, asks for more room; otherwise
        # a margin of a few points is enough.
        ends = np.abs(offsets[..., np.newaxis] - limits.T[:, np.newaxis]).min(axis=2) == 0
        cramped = ends & (np.abs(offsets) < SEARCH_RADIUS)
        confined &= ~cramped
        spread = np.ptp(offsets, axis=1)
        margin = np.where(cramped.any(axis=1), width, 3 * width / (count - 1) + spread / 4)
        if cramped.any():
            continue
        if (width < FINEST).all() or (spread + 2 * margin > width / 2).all():
            break
    return offsets, costs, confined


def total_cost(
    pairs: list[Pair],
    axes: list[np.ndarray],
    tabulate: Callable[[Pair, np.ndarray], np.ndarray],
    *,
    nodes: int,
    degree: int,
) -> np.ndarray:
    """Mean cost of all pairs on a grid of exponents, from tables over the pairs' stretches.

    Parameters
    ----------
    axes
        For each exponent the values of the grid, less the thermal exponent.
    tabulate
        Gives the costs of a pair at N stretches, shape (N, resamples).
    nodes
        Number of stretches at which each pair is tabulated.
    degree
        Of the spline between them.

    Returns
    -------
    Shape (*lengths of the axes, resamples); infinite where a pair has too little overlap.
    """
    exponents = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    total: np.ndarray | float = 0.0
    for pair in pairs:
        stretch = exponents @ pair.direction
        table_at = np.linspace(
            max(stretch.min(), pair.lowest), min(stretch.max(), pair.highest), nodes
        )
        spline = make_interp_spline(table_at, tabulate(pair, table_at), k=degree)
        possible = (stretch >= pair.lowest) & (stretch <= pair.highest)
        cost = spline(np.clip(stretch, table_at[0], table_at[-1]))
        total = total + np.where(possible[..., np.newaxis], cost, np.inf) / len(pairs)
    return np.asarray(total)


def rise_outcome(cost: np.ndarray, axis: int, significant: float) -> Outcome:
    """Whether the cost rises from its minimum along one exponent, minimised over the others.

    Parameters
    ----------
    cost
        Cost of the sample on the grid of exponents.
    axis
        Position of the exponent.
    significant
        Rise of the cost that counts.
    """
    others = tuple(other for other in range(cost.ndim) if other != axis)
    profile = cost.min(axis=others)
    rise = profile[np.isfinite(profile)] - profile.min()
    if rise.max() <= significant:
        return Outcome.FLAT
    return Outcome.IDENTIFIED if min(rise[0], rise[-1]) > significant else Outcome.EDGE
