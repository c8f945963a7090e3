"""Scaling exponents of learning rate and batch size, measured by data collapse."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import stats
from scipy.interpolate import CubicHermiteSpline, make_interp_spline

from thermophoresis.analysis.sweep import select_sweep
from thermophoresis.numerics.intervals import student_half_width
from thermophoresis.numerics.resampling import resample_weights

THERMAL_EXPONENTS = (2.0, 1.0)  # α and β of τ = η² t / |B|, Eq. 10
SEARCH_RADIUS = 4.0  # either exponent is sought up to this far from its thermal value
POINTS = 40  # at which two curves are compared
MIDPOINTS = (np.arange(POINTS) + 0.5) / POINTS
SMALLEST_OVERLAP = 0.5  # share of a window in which two curves must have values, in √τ
SIGNIFICANCE = 0.01  # of the rise of the cost that an exponent needs to count as identified
MOST_PASSES = 6  # of the search, each over the range of the minima that the last one found
FINEST = 1e-3  # range of exponents that is not narrowed further
# Where curves coincide replica by replica, differences and their scatter vanish together: no slope
# of the cost leads there, but the grid of the first search has the point if α and β are whole.
PERFECT = 1e-6


class Outcome(StrEnum):
    """What became of the fit of an exponent."""

    IDENTIFIED = "identified"
    NOT_VARIED = "the cells do not differ in this hyperparameter"
    CONFOUNDED = "learning rate and batch size vary together"
    FEW_REPLICAS = "fewer than two replicas are left"
    NO_OVERLAP = "the curves have too little thermal time in common"
    FLAT = "the curves do not change beyond their noise"
    EDGE = "the fit runs to an end of the searched range: no exponent in it stands out"


@dataclass(frozen=True)
class Exponent:
    """A fitted exponent.

    Attributes
    ----------
    outcome
        Whether the exponent is identified, or why not.
    value
        Estimate; NaN unless identified.
    resampled
        Estimates from the bootstrap resamples, shape (resamples,); empty unless identified.
    replicas
        Number of independent replicas that the estimate rests on.
    """

    outcome: Outcome
    value: float
    resampled: np.ndarray
    replicas: int

    @property
    def identified(self) -> bool:
        """Whether the data determine the exponent."""
        return self.outcome is Outcome.IDENTIFIED

    @property
    def standard_error(self) -> float:
        """Bootstrap standard error; NaN unless identified.

        Root mean square of the resamples' distances from the estimate, not from their own mean: the
        same if they surround it, larger if the estimate sits in a minimum that few resamples share,
        as may be where no exponent fits. Resampling n replicas underestimates variances by
        (n − 1)/n, which is undone.
        """
        if not self.identified:
            return np.nan
        square = ((self.resampled - self.value) ** 2).mean()
        return float(np.sqrt(square * self.replicas / (self.replicas - 1)))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval: estimate ± Student quantile × bootstrap standard error.

        A percentile interval at level 0.999 needs the outermost of many thousands of resamples. The
        standard error needs the second moment alone, which B resamples give with a relative error
        of 1/√(2B) at any level: 4 % for 400. The exponent is a smooth function of the mean curves,
        hence close to normal, and Student's quantile with n − 1 degrees of freedom allows for a
        scatter that is itself estimated from n replicas.

        Parameters
        ----------
        level
            Probability that the interval covers the exponent, in (0, 1).

        Returns
        -------
        low, high
            NaN where the exponent was not varied, hence not sought; infinite where it was, but the
            data leave it open.

        Raises
        ------
        ValueError
            The level is outside (0, 1).
        """
        if not 0 < level < 1:
            raise ValueError(f"confidence level {level} is outside (0, 1)")
        if self.outcome is Outcome.NOT_VARIED:
            return np.nan, np.nan
        if not self.identified:
            return -np.inf, np.inf
        half_width = student_half_width(self.standard_error, self.replicas, level)
        return float(self.value - half_width), float(self.value + half_width)


@dataclass(frozen=True)
class Fit:
    """Exponents for which curves coincide as functions of t · η^α · |B|^(−β).

    Attributes
    ----------
    alpha, beta
        Exponents of learning rate and batch size.
    cost
        Cost at the minimum, the best collapse there is: about 1 or less if nothing but noise is
        between the curves, much more if they coincide for no exponents. NaN without a fit.
    window
        Range of thermal time over which the curves were compared; NaN without a common one.
    replicas
        Number of replicas that were averaged.
    left_out
        Number of replicas with a value that is not finite, which were left out of every cell.
    """

    alpha: Exponent
    beta: Exponent
    cost: float
    thermal_cost: float
    window: tuple[float, float]
    replicas: int
    left_out: int


class ReplicaCurves(NamedTuple):
    """Curves of single replicas in K cells.

    Attributes
    ----------
    learning_rate, batch_size
        Shape (K,).
    step
        Iteration t of each record, shape (K, records).
    values
        An observable, shape (K, n, records). Replica r has the same initialisation and stream of
        samples in every cell.
    """

    learning_rate: np.ndarray
    batch_size: np.ndarray
    step: np.ndarray
    values: np.ndarray


class Pair(NamedTuple):
    """Two cells whose curves are compared.

    Attributes
    ----------
    first, second
        Their positions.
    direction
        By how much their relative stretch grows with each exponent that is fitted, shape (p,).
    lowest, highest
        Relative stretches at which both have values in enough of the window.
    """

    first: int
    second: int
    direction: np.ndarray
    lowest: float
    highest: float


class Family(NamedTuple):
    """The curves of a window, ready to be compared.

    Attributes
    ----------
    values
        For each cell the values of the replicas that are left, shape (n, records of the cell).
    splines
        For each cell the weights of its records as functions of √τ.
    start
        √τ of each cell's first record, shape (K,).
    window
        Limits of the comparison in √τ.
    floor
        Squared standard error below which differences are rounding.
    """

    values: list[np.ndarray]
    splines: list[CubicHermiteSpline]
    start: np.ndarray
    window: tuple[float, float]
    floor: float


def select_replica_curves(
    curves: xr.Dataset,
    observable: str,
    *,
    learning_rate: float | None = None,
    batch_size: int | None = None,
) -> ReplicaCurves:
    """Pool the seeds of every trained cell with the given learning rate or batch size.

    Parameters
    ----------
    curves
        Content of a curves file.
    observable
        Name of a variable of it.
    learning_rate, batch_size
        What the cells have in common; None leaves it free.

    Raises
    ------
    UserError
        The curves lack the observable or have fewer than two such cells.
    """
    sweep = select_sweep(curves, observable, learning_rate=learning_rate, batch_size=batch_size)
    rates, batches = (
        xr.DataArray(values, dims="cell") for values in (sweep.learning_rate, sweep.batch_size)
    )
    chosen = curves[observable].sel(learning_rate=rates, batch_size=batches)
    values = chosen.transpose("cell", "seed", "replica", "record").values
    return ReplicaCurves(
        sweep.learning_rate,
        sweep.batch_size,
        sweep.step,
        values.reshape(len(values), -1, values.shape[-1]),
    )


def thermal_windows(
    learning_rate: np.ndarray, batch_size: np.ndarray, step: np.ndarray
) -> list[tuple[float, float]]:
    """Early, middle and late third of the thermal time that all cells share.

    The thirds are equal in √τ, in which records are evenly spaced, so that each holds a third of
    the records.

    Parameters
    ----------
    learning_rate, batch_size
        Shape (K,).
    step
        Shape (K, records).

    Returns
    -------
    Three windows (low, high) of thermal time.

    Raises
    ------
    ValueError
        The cells have no thermal time in common.
    """
    root = np.sqrt(thermal_time(learning_rate, batch_size, step))
    low, high = root[:, 0].max(), root[:, -1].min()
    if not low < high:
        raise ValueError("the cells have no thermal time in common")
    limits = np.linspace(low, high, 4) ** 2
    return [(float(start), float(end)) for start, end in pairwise(limits)]


def thermal_time(learning_rate: np.ndarray, batch_size: np.ndarray, step: np.ndarray) -> np.ndarray:
    """τ = η² t / |B|, shape (K, records), of cells with shape (K,) and steps (K, records)."""
    strength = np.asarray(learning_rate, float) ** 2 / np.asarray(batch_size, float)
    return strength[:, np.newaxis] * np.asarray(step, float)


def fit_exponents(
    learning_rate: np.ndarray,
    batch_size: np.ndarray,
    step: np.ndarray,
    values: np.ndarray,
    *,
    window: tuple[float, float] | None = None,
    resamples: int = 400,
    rng: np.random.Generator,
) -> Fit:
    r"""Exponents for which curves coincide as functions of s = t · η^α · |B|^(−β).

    α is fitted where cells differ in learning rate, β where they differ in batch size, both at once
    where they differ in both.

    **Cost.** Two cells k, l are compared at equal s, where their thermal times have the ratio

    .. math:: \ln(τ_l/τ_k) = y_{kl} = (α-2) \ln(η_k/η_l) - (β-1) \ln(|B_k|/|B_l|).

    With d the difference of the two curves of one replica there, d̄ its mean over n replicas and
    v = Var[d]/n the squared standard error of d̄,

    .. math:: C(α, β) = ⟨⟨ \bar d_{kl}(s)^2 / v_{kl}(s) ⟩_s⟩_{k<l},

    the average running over all pairs and over 40 midpoints of the window, uniform in √s, in which
    every record counts the same. Values between records come from cubic interpolation in √t, of
    each replica, so that v is the variance of just what is compared. Its error must be small beside
    √v, which is to be seen from how little the result changes without every second record.

    *Why this normalisation.* Replicas are paired: the standard errors of single curves overstate
    that of a difference, manyfold while the cells still resemble each other. And whatever v is, at
    given s noise adds the same to the cost, (n − 1)/(n − 3) ≈ 1, for all exponents. Nothing is
    gained by exponents at which curves are noisy, or lie between records where interpolation
    smooths them, or stand still; only a true difference of the curves counts. An affine map of the
    observable changes nothing.

    **Window.** A value s of the axis belongs to the window if the *later* of the two thermal times
    does: (low, high) is a range of τ of whichever cell of the pair is further on. Without a window
    it is the range that all cells share. Hence for cells recorded from t = 0, whatever the trial
    exponents, the window is covered by both curves from end to end, and the later curve runs
    through the same stretch of its history: the comparison can neither shrink nor slide away. Where
    recording begins later, only exponents are tried at which both curves have values in half of the
    window (in √τ) or more. For α = 2 and β = 1 both cells are in the window together.

    **Uncertainty.** The replicas are resampled with replacement, each with its curves in all cells,
    so that what the cells share stays shared; mean and variance are those of the resample.

    **Identified** is an exponent if, seen along it (and minimised over the other), the cost rises
    from its minimum to both ends of the searched range (4 to either side of the thermal exponents)
    by more than the square of Student's two-sided 1 % quantile, as a single difference that is
    significant would. Where it is not, its interval is the whole line.

    Parameters
    ----------
    learning_rate, batch_size
        Shape (K,), no two cells alike.
    step
        Iteration t of each record, shape (K, R), strictly increasing.
    values
        Shape (K, n, R); replica r belongs together in all cells. A replica that is not finite at
        a record up to the second after the window, in any cell, is left out of all cells.
    window
        Range of thermal time; that part is used which all cells share.
    resamples
        Number of bootstrap resamples.
    rng
        Where the resamples come from.

    Raises
    ------
    ValueError
        The shapes do not fit, there are fewer than two cells or two cells alike, a hyperparameter
        is not positive, the steps are negative or do not increase, the window is empty, or there
        are no resamples.
    """
    learning_rate, batch_size, step, values = (
        np.asarray(array, dtype=np.float64) for array in (learning_rate, batch_size, step, values)
    )
    check_arguments(learning_rate, batch_size, step, values, window, resamples)
    tau = thermal_time(learning_rate, batch_size, step)
    low, high = (0.0, np.inf) if window is None else window
    low, high = float(max(low, tau[:, 0].max())), float(min(high, tau[:, -1].min()))
    varied = np.array([np.ptp(learning_rate) > 0, np.ptp(batch_size) > 0])
    logarithms = np.stack([np.log(learning_rate), -np.log(batch_size)], axis=1)[:, varied]
    replicas = values.shape[1]

    def unfitted(outcome: Outcome, left: int) -> Fit:
        alpha, beta = (
            Exponent(outcome if free else Outcome.NOT_VARIED, np.nan, np.empty(0), left)
            for free in varied
        )
        limits = (low, high) if low < high else (np.nan, np.nan)
        return Fit(alpha, beta, np.nan, np.nan, limits, left, replicas - left)

    if not low < high:
        return unfitted(Outcome.NO_OVERLAP, replicas)
    # The first record that is not before the end of the window closes the last interval, and the
    # next one gives its slope there.
    lengths = [min(int(np.searchsorted(row, high)) + 2, len(row)) for row in tau]
    needed = [cell[:, :length] for cell, length in zip(values, lengths, strict=True)]
    whole = np.all([np.isfinite(cell).all(axis=1) for cell in needed], axis=0)
    left = int(whole.sum())
    if left < 2:
        return unfitted(Outcome.FEW_REPLICAS, left)
    if np.linalg.matrix_rank(logarithms - logarithms[0]) < varied.sum():
        return unfitted(Outcome.CONFOUNDED, left)
    kept = [cell[whole] for cell in needed]
    everything = np.concatenate([cell.ravel() for cell in kept])
    variance = everything.var()
    if variance <= (16 * np.finfo(np.float64).eps * np.abs(everything).max()) ** 2:
        return unfitted(Outcome.FLAT, left)
    family = Family(
        values=kept,
        splines=[
            interpolation(np.sqrt(row[:length])) for row, length in zip(tau, lengths, strict=True)
        ],
        start=np.sqrt(tau[:, 0]),
        window=(np.sqrt(low), np.sqrt(high)),
        floor=1e-12 * variance,
    )
    pairs = [
        make_pair(family, first, second, logarithms[first] - logarithms[second])
        for first, second in combinations(range(len(values)), 2)
    ]

    # The first row is the sample itself, so that it is treated as its resamples are.
    even = np.full(left, 1 / left)
    weights = np.vstack([even, resample_weights(left, rng, resamples)])
    offsets, cost, outcomes = minimise(family, pairs, weights)
    fitted = iter(zip(offsets, outcomes, strict=True))
    exponents = []
    for free, thermal in zip(varied, THERMAL_EXPONENTS, strict=True):
        offset, outcome = next(fitted) if free else (np.empty(0), Outcome.NOT_VARIED)
        if outcome is Outcome.IDENTIFIED:
            estimate, resampled = float(thermal + offset[0]), thermal + offset[1:]
        else:
            estimate, resampled = np.nan, np.empty(0)
        exponents.append(Exponent(outcome, estimate, resampled, left))
    thermal_cost = np.mean([pair_costs(family, pair, np.zeros(1), weights[:1]) for pair in pairs])
    return Fit(*exponents, cost, float(thermal_cost), (low, high), left, replicas - left)


def check_arguments(
    learning_rate: np.ndarray,
    batch_size: np.ndarray,
    step: np.ndarray,
    values: np.ndarray,
    window: tuple[float, float] | None,
    resamples: int,
) -> None:
    """Refuse what is no family of curves; see `fit_exponents`."""
    cells = learning_rate.size
    if (
        not learning_rate.shape == batch_size.shape == (cells,)
        or values.ndim != 3
        or step.shape != (cells, values.shape[2])
        or len(values) != cells
    ):
        raise ValueError(
            "learning_rate and batch_size need the shape (K,), step (K, R) and values (K, n, R), "
            f"got {learning_rate.shape}, {batch_size.shape}, {step.shape}, {values.shape}"
        )
    if cells < 2:
        raise ValueError("a single curve has nothing to collapse onto")
    if not (np.minimum(learning_rate, batch_size) > 0).all():
        raise ValueError("learning rates and batch sizes must be positive")
    if len(set(zip(learning_rate, batch_size, strict=True))) < cells:
        raise ValueError("two cells have the same learning rate and batch size")
    if step.shape[1] < 4 or not ((step[:, :1] >= 0).all() and (np.diff(step) > 0).all()):
        raise ValueError("steps must be at least four, not negative, and increase strictly")
    if window is not None and not 0 <= window[0] < window[1]:
        raise ValueError(f"window {window} is no range of thermal time")
    if resamples < 1:
        raise ValueError("a standard error needs resamples")


def interpolation(root: np.ndarray) -> CubicHermiteSpline:
    """Weights of records between them: cubics with the slopes of parabolas through three records.

    It is linear in the curve, and local, so that an abrupt change is not felt far away.

    Parameters
    ----------
    root
        √τ of the records, shape (records,).

    Returns
    -------
    Maps points of any shape to weights of shape (*points, records), NaN beyond the records.
    """
    records = np.eye(len(root))
    slopes = np.gradient(records, root, axis=0, edge_order=2)
    return CubicHermiteSpline(root, records, slopes, extrapolate=False)


def make_pair(family: Family, first: int, second: int, direction: np.ndarray) -> Pair:
    """Two cells, with the relative stretches at which both reach into half of the window or more.

    The earlier of the two cells is the one whose beginning may be missing.
    """
    low, high = family.window
    last_start = high - SMALLEST_OVERLAP * (high - low)
    # A cell recorded from t = 0 has values at any stretch.
    with np.errstate(divide="ignore"):
        reach = 2 * np.log(last_start / family.start[[first, second]])
    return Pair(first, second, direction, lowest=-reach[1], highest=reach[0])


def record_weights(
    family: Family, pair: Pair, stretches: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the records of two cells at the points where their curves are compared.

    Parameters
    ----------
    stretches
        y, the logarithm of the ratio of the second cell's thermal time to the first one's, shape
        (N,).

    Returns
    -------
    Two arrays of shape (N, points, records of the cell).
    """
    low, high = family.window
    stretch = stretches[:, np.newaxis]
    start = np.where(stretch > 0, family.start[pair.first], family.start[pair.second])
    low = np.maximum(low, start * np.exp(np.abs(stretch) / 2))
    later = low + (high - low) * MIDPOINTS
    return (
        family.splines[pair.first](later * np.exp(-np.maximum(stretch, 0) / 2)),
        family.splines[pair.second](later * np.exp(np.minimum(stretch, 0) / 2)),
    )


def pair_costs(
    family: Family, pair: Pair, stretches: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Cost of a pair of curves, ⟨d̄²/v⟩ over the window, in every resample.

    Parameters
    ----------
    stretches
        Relative stretches, shape (N,).
    weights
        Share of each replica in each resample, shape (resamples, n).

    Returns
    -------
    Shape (N, resamples).
    """
    costs = np.empty((len(stretches), len(weights)))
    for row, first, second in zip(costs, *record_weights(family, pair, stretches), strict=True):
        difference = family.values[pair.first] @ first.T - family.values[pair.second] @ second.T
        mean, square = np.hsplit(weights @ np.hstack([difference, difference**2]), 2)
        variance = np.maximum(square - mean**2, 0) / (len(difference) - 1)
        row[:] = (mean**2 / (variance + family.floor)).mean(axis=1)
    return costs


def approximate_pair_costs(
    family: Family,
    pair: Pair,
    stretches: np.ndarray,
    means: list[np.ndarray],
    centred: list[np.ndarray],
) -> np.ndarray:
    """As `pair_costs`, but with the variance of the sample in place of that of each resample.

    All that is needed of the replicas are then means and covariances of records, which do not
    depend on the stretch.

    Parameters
    ----------
    stretches
        Relative stretches, shape (N,).
    means
        For each cell the mean curve of every resample, shape (resamples, records of the cell).
    centred
        For each cell the values less their mean over replicas, shape (n, records of the cell).

    Returns
    -------
    Shape (N, resamples).
    """
    replicas = len(centred[0])
    ours, theirs = centred[pair.first], centred[pair.second]
    squares = replicas * (replicas - 1)
    first, second = record_weights(family, pair, stretches)
    variance = (
        ((first @ (ours.T @ ours / squares)) * first).sum(axis=2)
        + ((second @ (theirs.T @ theirs / squares)) * second).sum(axis=2)
        - 2 * ((first @ (ours.T @ theirs / squares)) * second).sum(axis=2)
    )
    inverse = 1 / (np.maximum(variance, 0) + family.floor) / POINTS
    costs = np.empty((len(stretches), len(means[0])))
    for row, ours_at, theirs_at, share in zip(costs, first, second, inverse, strict=True):
        difference = means[pair.first] @ ours_at.T - means[pair.second] @ theirs_at.T
        row[:] = difference**2 @ share
    return costs


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
    significant = stats.t.ppf(1 - SIGNIFICANCE / 2, replicas - 1) ** 2
    outcomes = [rise_outcome(cost[..., 0], axis, significant) for axis in range(dimensions)]

    if cost[..., 0].min() < PERFECT:
        least = np.unravel_index(cost[..., 0].argmin(), cost.shape[:-1])
        at = np.array([[axis[index]] for axis, index in zip(axes, least, strict=True)])
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
        axes = [np.linspace(*limit, count) for limit in limits.T]
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
    return total


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


def lowest(cost: np.ndarray, axes: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minimum of each resample: the vertex of the parabola through the points around the least.

    Parameters
    ----------
    cost
        Shape (*lengths of the axes, resamples).
    axes
        For each exponent the values of the grid, evenly spaced.

    Returns
    -------
    offsets
        Shape (p, resamples).
    costs
        Shape (resamples,).
    confined
        Whether the least point lies at an end of the axis or of what is possible, where there is no
        parabola, shape (p, resamples).
    """
    lengths, resamples = cost.shape[:-1], cost.shape[-1]
    dimensions = len(lengths)
    least = np.array(np.unravel_index(cost.reshape(-1, resamples).argmin(axis=0), lengths))
    # Infinite beyond the ends: there the differences below are, and the point is confined.
    padded = np.pad(cost, [(1, 1)] * dimensions + [(0, 0)], constant_values=np.inf)

    def beside(*shift: int) -> np.ndarray:
        moved = least + 1 + np.array(shift)[:, np.newaxis]
        return padded[(*moved, np.arange(resamples))]

    unit = np.eye(dimensions, dtype=int)
    centre = beside(*(0 * unit[0]))
    forward = np.array([beside(*step) for step in unit])
    backward = np.array([beside(*-step) for step in unit])
    confined = ~(np.isfinite(forward) & np.isfinite(backward))
    forward, backward = (np.where(confined, centre, side) for side in (forward, backward))
    # In units of the spacing of each axis.
    gradient = (forward - backward) / 2
    curvature = np.zeros((resamples, dimensions, dimensions))
    for axis in range(dimensions):
        curvature[:, axis, axis] = forward[axis] - 2 * centre + backward[axis]
    if dimensions == 2:
        corners = np.array([beside(i, j) for i, j in ((1, 1), (-1, -1), (1, -1), (-1, 1))])
        inner = np.isfinite(corners).all(axis=0) & ~confined.any(axis=0)
        corners = np.where(inner, corners, 0)
        cross = (corners[0] + corners[1] - corners[2] - corners[3]) / 4
        curvature[:, 0, 1] = curvature[:, 1, 0] = cross
    # A point among equals, or a saddle, stays where it is.
    proper = np.linalg.eigvalsh(curvature)[:, 0] > 0
    curvature[~proper] = np.eye(dimensions)
    move = -np.linalg.solve(curvature, gradient.T[..., np.newaxis])[..., 0].T
    move = np.where(proper, np.clip(move, -1, 1), 0.0)
    spacing = np.array([axis[1] - axis[0] for axis in axes])
    offsets = np.array([axis[index] for axis, index in zip(axes, least, strict=True)])
    costs = centre + (gradient * move).sum(axis=0) / 2
    return offsets + spacing[:, np.newaxis] * move, costs, confined
