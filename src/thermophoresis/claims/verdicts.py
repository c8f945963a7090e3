"""What estimates and a criterion say: the five verdicts, and how many networks would decide.

An interval supports, refutes or leaves a claim open (inconclusive). Where there is no interval that
could do so, a claim is not testable; where curves coincide for no exponent, there is none to judge.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from thermophoresis.claims.estimate import Estimate, fewest_networks

if TYPE_CHECKING:
    from thermophoresis.config.claim import Criterion

# In which a claim about all of several cells holds least: one that refutes it is enough.
WORST_FIRST = ("refuted", "no exponent", "not testable", "inconclusive", "supported")
OPEN = ("not testable", "inconclusive")  # what more networks may decide

# Curves lie on each other up to here, as claims about overlaps have it.
OVERLAP = 0.1

# Asking for more networks than this is as good as saying that no number would do.
MOST_REPLICAS = 10_000_000


def outcome(criterion: "Criterion", estimate: Estimate, level: float) -> str:
    """Return the verdict of one estimate.

    Parameters
    ----------
    criterion
        What it must satisfy.
    estimate
        A number and how well it is known.
    level
        Confidence level of its interval, and of that of how close curves come for any exponent.
    """
    if too_few(estimate, level):
        return "not testable"
    closest = estimate.closest
    known = closest is not None and not too_few(closest, level)
    if closest is not None and known and closest.interval(level)[0] > OVERLAP:
        return "no exponent"
    found = verdict(criterion, *estimate.interval(level))
    # What a test does not reject it has not shown.
    return "inconclusive" if estimate.rejects and found == "refuted" else found


def too_few(estimate: Estimate, level: float) -> bool:
    """Return whether an estimate has fewer networks than carry an interval of a level."""
    by_chance = estimate.standard_error > 0
    return by_chance and estimate.replicas < fewest_networks(level)


def verdict(criterion: "Criterion", low: float, high: float) -> str:
    """Return what an interval says: supported, refuted or inconclusive; without one not testable.

    Where a counterexample decides, what satisfies the bound has refuted nothing and supports
    nothing either.

    Parameters
    ----------
    criterion
        What the statistic must satisfy.
    low, high
        The interval, ends included; NaN where there is none.
    """
    if math.isnan(low) or math.isnan(high):
        return "not testable"
    if criterion.holds is not None:
        if not low <= criterion.holds <= high:
            return "refuted"
        both = any(low <= value <= high for value in criterion.excludes)
        return "inconclusive" if both else "supported"
    bounds = (
        (criterion.above, low > (criterion.above or 0), high <= (criterion.above or 0)),
        (criterion.at_least, low >= (criterion.at_least or 0), high < (criterion.at_least or 0)),
        (criterion.below, high < (criterion.below or 0), low >= (criterion.below or 0)),
        (criterion.at_most, high <= (criterion.at_most or 0), low > (criterion.at_most or 0)),
    )
    given = [(satisfied, violated) for bound, satisfied, violated in bounds if bound is not None]
    if any(violated for _, violated in given):
        return "refuted"
    inside = all(satisfied for satisfied, _ in given) and not criterion.counterexample
    return "supported" if inside else "inconclusive"


def least_favourable(
    criterion: "Criterion", estimates: Sequence[Estimate], level: float
) -> Estimate:
    """Return that of several estimates in which a claim about all of them holds least.

    All must support the claim, and one is enough to refute it. Of those with the worst verdict it
    is the one whose interval reaches furthest to the wrong side. The values alone would not do: a
    precise estimate that satisfies the criterion would hide another that is further inside, yet so
    uncertain that it decides nothing.

    Parameters
    ----------
    criterion
        What each of them must satisfy.
    estimates
        One for each cell or pair of cells.
    level
        Confidence level of their intervals.
    """

    def favour(estimate: Estimate) -> tuple[int, float]:
        low, high = estimate.interval(level)
        found = outcome(criterion, estimate, level)
        if math.isnan(low):
            return WORST_FIRST.index(found), -math.inf
        if criterion.holds is not None:
            inside = min(criterion.holds - low, high - criterion.holds)
            outside = (max(low - value, value - high) for value in criterion.excludes)
            return WORST_FIRST.index(found), min(inside, *outside, math.inf)
        # A refuted claim is so by the end of the interval that comes closest to satisfying it.
        low, high = (high, low) if found == "refuted" else (low, high)
        above = math.inf if criterion.low is None else low - criterion.low
        below = math.inf if criterion.high is None else criterion.high - high
        return WORST_FIRST.index(found), min(above, below)

    return min(estimates, key=favour)


def more_replicas(
    criterion: "Criterion", estimates: Sequence[Estimate], level: float
) -> int | None:
    """Return about how many more replicas would decide a claim: refute a cell, or support all.

    With more of them the standard error shrinks as one over the root of their number, and Student's
    quantile with the degrees of freedom. None where no number would do: nothing was defined, or an
    estimate is too close to a bound.

    Parameters
    ----------
    criterion
        What each estimate must satisfy.
    estimates
        One for each cell or pair of cells.
    level
        Confidence level of their intervals.
    """

    def shrunk(estimate: Estimate, more: int) -> Estimate:
        n = estimate.replicas
        error = estimate.standard_error * math.sqrt(n / (n + more))
        closest = None if estimate.closest is None else shrunk(estimate.closest, more)
        return replace(estimate, replicas=n + more, standard_error=error, closest=closest)

    def decides(more: int) -> bool:
        found = {outcome(criterion, shrunk(estimate, more), level) for estimate in estimates}
        return "refuted" in found or found.isdisjoint(OPEN)

    candidates = range(1, MOST_REPLICAS + 1)
    position = bisect_left(candidates, True, key=decides)
    return candidates[position] if position < len(candidates) else None
