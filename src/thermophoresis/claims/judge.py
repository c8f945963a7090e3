"""From criteria fixed beforehand and measured statistics to verdicts."""

import importlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import xarray as xr

from thermophoresis.claims.ends import dead
from thermophoresis.claims.estimate import Estimate, fewest_networks
from thermophoresis.claims.verdicts import (
    OPEN,
    least_favourable,
    more_replicas,
    outcome,
    too_few,
)
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.files import write_atomically

if TYPE_CHECKING:
    from thermophoresis.config.claim import Claim
    from thermophoresis.config.judging import ClaimsSettings
    from thermophoresis.config.ledger import LedgerSettings


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

    Papers and kinds of claims, and which of them open the report, are told here: no verdict depends
    on them.

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
    by_key: dict[str, Mapping[str, str]] = {
        "paper": settings.papers,
        "kind": settings.kinds,
        "opens": settings.opens,
    }
    for key, told in by_key.items():
        for name, value in told.items():
            verdicts[name][key] = value
    write_atomically(Path(output), to_json([verdicts[name] for name in settings.order]))


def to_json(verdicts: Sequence[dict[str, Any]]) -> bytes:
    """Return the text of a file of verdicts."""
    text = json.dumps(list(verdicts), indent=1, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def measure(name: str, claim: "Claim", read: Mapping[str, xr.Dataset]) -> tuple[Estimate, ...]:
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
    One estimate of all cells together, or one for each cell or pair of cells. Each tells how many
    of its networks are dead.
    """
    rng = np.random.default_rng(list(name.encode()))
    statistic = cast(
        Statistic, importlib.import_module(f"thermophoresis.claims.statistics.{claim.statistic}")
    )
    found = statistic.estimate(claim, read, rng)
    ends = dead(claim, read)
    return tuple(it.told(ends) for it in ((found,) if isinstance(found, Estimate) else found))


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
    each = 1 - error / sum(1 if it.closest is None else 2 for it in estimates)
    estimate = least_favourable(claim.criterion, estimates, each)
    low, high = estimate.interval(each)
    found_outcome, holds = outcome(claim.criterion, estimate, each), claim.criterion.holds
    caveats = (claim.caveat, estimate.caveat, _few_networks(estimate, each))
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
        "criterion_low": claim.criterion.low if holds is None else holds,
        "criterion_high": claim.criterion.high if holds is None else holds,
        "verdict": found_outcome,
        "figure": claim.figure,
        "units": "",  # every statistic is a pure number
        "caveat": "; ".join(filter(None, caveats)),
        "cell": estimate.cell,
    }
    if found_outcome in OPEN:
        found["more_replicas"] = more_replicas(claim.criterion, estimates, each)
    return found


def _few_networks(estimate: Estimate, level: float) -> str:
    """Say that an estimate has fewer networks than its interval takes; empty if it has enough."""
    if not too_few(estimate.closest or estimate, level):
        return ""
    return (
        f"{estimate.replicas} networks are too few for an interval with 1 − level = "
        f"{1 - level:.2g}, which takes {fewest_networks(level)}"
    )


def number(value: float) -> float | None:
    """Return a number as JSON can have it."""
    return float(value) if math.isfinite(value) else None
