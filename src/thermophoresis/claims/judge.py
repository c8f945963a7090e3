"""From criteria fixed beforehand and measured statistics to verdicts."""

import importlib
import json
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.files import write_atomically

if TYPE_CHECKING:
    from thermophoresis.config.claim import Claim, Criterion
    from thermophoresis.config.judging import ClaimsSettings
    from thermophoresis.config.ledger import LedgerSettings

# Asking for more networks than this is as good as saying that no number would do.
MOST_REPLICAS = 10_000_000


class Statistic(Protocol):
    """A module of this package that estimates what a claim is about."""

    def estimate(
        self,
        claim: Any,
        read: Mapping[str, xr.Dataset],
        rng: np.random.Generator,
    ) -> Estimate | tuple[Estimate, ...]:
        """Return one estimate of all cells together, or one for each cell or pair of cells."""


def evaluate(settings: "ClaimsSettings", inputs: Sequence[str | Path], output: str | Path) -> None:
    """Reach the verdicts on claims about the same subjects and write them as JSON.

    Parameters
    ----------
    settings
        The claims and the confidence levels of their intervals.
    inputs
        What the claims read, as the settings list it.
    output
        A list of verdicts as `judge` returns them.

    Raises
    ------
    UserError
        A file is unreadable or lacks what a claim is about.
    """
    read = {name: netcdf.read(path) for name, path in zip(settings.reads, inputs, strict=True)}
    verdicts = [
        judge(name, claim, measure(name, claim, read), settings.levels.get(name))
        for name, claim in settings.claims.items()
    ]
    write_atomically(Path(output), to_json(verdicts))


def gather(settings: "LedgerSettings", inputs: Sequence[str | Path], output: str | Path) -> None:
    """Join all verdicts, in the order of the claims, and write them as JSON.

    Papers and kinds of claims are told here: no verdict depends on them.

    Raises
    ------
    UserError
        A claim lacks its verdict.
    """
    verdicts = {
        verdict["id"]: verdict
        for path in inputs
        for verdict in json.loads(Path(path).read_text("utf-8"))
    }
    if missing := [name for name in settings.order if name not in verdicts]:
        raise UserError(f"{len(missing)} claims have no verdict: {', '.join(missing[:3])}")
    for key, told in (("paper", settings.papers), ("kind", settings.kinds)):
        for name, value in told.items():
            verdicts[name][key] = value
    write_atomically(Path(output), to_json([verdicts[name] for name in settings.order]))


def to_json(verdicts: Sequence[dict[str, Any]]) -> bytes:
    """Return the text of a file of verdicts."""
    text = json.dumps(list(verdicts), indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def measure(
    name: str, claim: "Claim", read: Mapping[str, xr.Dataset]
) -> Estimate | tuple[Estimate, ...]:
    """Evaluate the statistic of a claim.

    Parameters
    ----------
    name
        Id of the claim; the resamples depend on it alone.
    claim
        What is claimed.
    read
        Content of the files that it reads, by the names of `Claim.reads`.

    Returns
    -------
    One estimate of all cells together, or one for each cell or pair of cells.
    """
    rng = np.random.default_rng(list(name.encode()))
    statistic = cast(
        Statistic, importlib.import_module(f"thermophoresis.claims.statistics.{claim.statistic}")
    )
    return statistic.estimate(claim, read, rng)


def judge(
    name: str, claim: "Claim", estimates: Estimate | Sequence[Estimate], level: float | None
) -> dict[str, Any]:
    """Compare what was measured with the criterion of its claim.

    Parameters
    ----------
    name
        Id of the claim.
    claim
        Statement and criterion.
    estimates
        One, or one for each cell or pair of cells, in all of which the claim is to hold.
    level
        Probability with which all intervals of the claim cover what they should; None where
        nothing is left to chance, and each interval is a point.

    Returns
    -------
    dict
        The verdict and all that it rests on; None for what is not defined.

    Raises
    ------
    UserError
        There is no level, but an estimate has an error by chance.
    """
    if isinstance(estimates, Estimate):
        estimates = (estimates,)
    error = 0.0 if level is None else 1 - level
    if level is None and any(it.standard_error > 0 for it in estimates):
        raise UserError(
            f"claim {name}: its number has a standard error; must be of kind E, which has a share "
            "of the probability of error"
        )
    # One of several intervals decides: each gets its share of the claim's error.
    each = 1 - error / len(estimates)
    estimate = least_favourable(claim.criterion, estimates, each)
    low, high = estimate.interval(each)
    outcome = verdict(claim.criterion, low, high)
    found = {
        "id": name,
        "source": claim.source,
        "statement": claim.statement,
        "experiment": claim.subject,
        "statistic": claim.statistic,
        "estimate": number(estimate.shown),
        "ci_low": number(low),
        "ci_high": number(high),
        "ci_level": None if level is None else each,
        "n_replicas": estimate.replicas,
        "criterion": str(claim.criterion),
        "verdict": outcome,
        "figure": claim.figure,
        "units": "",  # every statistic is a pure number
        "caveat": "; ".join(filter(None, (claim.caveat, estimate.caveat))),
        "cell": estimate.cell,
    }
    if outcome == "inconclusive":
        found["more_replicas"] = more_replicas(claim.criterion, estimates, each)
    return found


_WORST_FIRST = ("refuted", "inconclusive", "supported")


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
        outcome = verdict(criterion, low, high)
        if math.isnan(low):
            return _WORST_FIRST.index(outcome), -math.inf
        if criterion.holds is not None:
            inside = min(criterion.holds - low, high - criterion.holds)
            outside = (max(low - value, value - high) for value in criterion.excludes)
            return _WORST_FIRST.index(outcome), min(inside, *outside, math.inf)
        # A refuted claim is so by the end of the interval that comes closest to satisfying it.
        low, high = (high, low) if outcome == "refuted" else (low, high)
        above = math.inf if criterion.low is None else low - criterion.low
        below = math.inf if criterion.high is None else criterion.high - high
        return _WORST_FIRST.index(outcome), min(above, below)

    return min(estimates, key=favour)


def verdict(criterion: "Criterion", low: float, high: float) -> str:
    """Return what an interval says: supported, refuted or inconclusive.

    Parameters
    ----------
    criterion
        What the statistic must satisfy.
    low, high
        The interval, ends included; NaN where there is none.
    """
    if math.isnan(low) or math.isnan(high):
        return "inconclusive"
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
    inside = all(satisfied for satisfied, _ in given)
    outside = any(violated for _, violated in given)
    return "supported" if inside else "refuted" if outside else "inconclusive"


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

    def outcome(estimate: Estimate, more: int) -> str:
        n = estimate.replicas
        shrunk = estimate.standard_error * math.sqrt(n / (n + more))
        then = replace(estimate, replicas=n + more, standard_error=shrunk)
        return verdict(criterion, *then.interval(level))

    def decides(more: int) -> bool:
        outcomes = {outcome(estimate, more) for estimate in estimates}
        return "refuted" in outcomes or "inconclusive" not in outcomes

    candidates = range(1, MOST_REPLICAS + 1)
    position = bisect_left(candidates, True, key=decides)
    return candidates[position] if position < len(candidates) else None


def number(value: float) -> float | None:
    """Return a number as JSON can have it."""
    return float(value) if math.isfinite(value) else None
