"""Scaling exponents of learning rate and batch size, measured by data collapse."""

from itertools import combinations

import numpy as np

from thermophoresis.analysis.exponent_fit import Exponent, Fit, Outcome
from thermophoresis.analysis.exponent_search import minimise
from thermophoresis.analysis.pair_costs import make_family, make_pair, pair_costs
from thermophoresis.analysis.thermal_time import THERMAL_EXPONENTS, thermal_time
from thermophoresis.numerics.resampling import resample_weights


def fit_exponents(
    learning_rate: np.ndarray,
    batch_size: np.ndarray,
    step: np.ndarray,
    values: np.ndarray,
    *,
    window: tuple[float, float] | None = None,
    further: np.ndarray | None = None,
    resamples: int = 400,
    rng: np.random.Generator,
) -> Fit:
    r"""Exponents for which curves coincide as functions of s = t · η^α · |B|^(−β) · a^γ.

    α is fitted where cells differ in learning rate, β where they differ in batch size, γ where they
    differ in what is swept further, a; all at once where they differ in several. Thermal time does
    not depend on a: γ is sought around 0, as α is around 2 and β around 1.

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
    further
        Value of a further setting in each cell, shape (K,), > 0; None for none.
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
    further = np.ones_like(learning_rate) if further is None else np.asarray(further, float)
    check_arguments(learning_rate, batch_size, further, step, values, window, resamples)
    tau = thermal_time(learning_rate, batch_size, step)
    low, high = (0.0, np.inf) if window is None else window
    low, high = float(max(low, tau[:, 0].max())), float(min(high, tau[:, -1].min()))
    varied = np.array([np.ptp(it) > 0 for it in (learning_rate, batch_size, further)])
    logarithms = np.stack([np.log(learning_rate), -np.log(batch_size), np.log(further)], axis=1)[
        :, varied
    ]
    replicas = values.shape[1]

    def unfitted(outcome: Outcome, left: int) -> Fit:
        exponents = (
            Exponent(outcome if free else Outcome.NOT_VARIED, np.nan, np.empty(0), left)
            for free in varied
        )
        limits = (low, high) if low < high else (np.nan, np.nan)
        alpha, beta, gamma = exponents
        return Fit(alpha, beta, np.nan, np.nan, limits, left, replicas - left, gamma)

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
    times = [row[:length] for row, length in zip(tau, lengths, strict=True)]
    family = make_family(times, kept, (low, high), floor=1e-12 * variance)
    pairs = [
        make_pair(family, first, second, logarithms[first] - logarithms[second])
        for first, second in combinations(range(len(values)), 2)
    ]

    # The first row is the sample itself, so that it is treated as its resamples are.
    even = np.full(left, 1 / left)
    weights = np.vstack([even, resample_weights(left, rng, resamples)])
    offsets, cost, outcomes = minimise(family, pairs, weights)
    alpha, beta, gamma = fitted_exponents(varied, offsets, outcomes, left)
    thermal_cost = np.mean([pair_costs(family, pair, np.zeros(1), weights[:1]) for pair in pairs])
    return Fit(alpha, beta, cost, float(thermal_cost), (low, high), left, replicas - left, gamma)


def fitted_exponents(
    varied: np.ndarray, offsets: np.ndarray, outcomes: list[Outcome], replicas: int
) -> list[Exponent]:
    """Return α, β and γ, of which those that vary were fitted.

    Parameters
    ----------
    varied
        Whether the cells differ in learning rate, in batch size and in a further setting, shape
        (3,).
    offsets, outcomes
        Of the p exponents that were fitted, as from `minimise`.
    replicas
        Number of replicas that were left.
    """
    fitted = iter(zip(offsets, outcomes, strict=True))
    exponents = []
    for free, thermal in zip(varied, (*THERMAL_EXPONENTS, 0.0), strict=True):
        offset, outcome = next(fitted) if free else (np.empty(0), Outcome.NOT_VARIED)
        if outcome is Outcome.IDENTIFIED:
            estimate, resampled = float(thermal + offset[0]), thermal + offset[1:]
        else:
            estimate, resampled = np.nan, np.empty(0)
        exponents.append(Exponent(outcome, estimate, resampled, replicas))
    return exponents


def check_arguments(
    learning_rate: np.ndarray,
    batch_size: np.ndarray,
    further: np.ndarray,
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
    if further.shape != (cells,) or not (further > 0).all():
        raise ValueError("a further setting needs one positive value for each cell")
    if len(set(zip(learning_rate, batch_size, further, strict=True))) < cells:
        raise ValueError("two cells have the same learning rate and batch size")
    if step.shape[1] < 4 or not ((step[:, :1] >= 0).all() and (np.diff(step) > 0).all()):
        raise ValueError("steps must be at least four, not negative, and increase strictly")
    if window is not None and not 0 <= window[0] < window[1]:
        raise ValueError(f"window {window} is no range of thermal time")
    if resamples < 1:
        raise ValueError("a standard error needs resamples")
