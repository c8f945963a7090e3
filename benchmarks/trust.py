"""How far verdicts can be trusted: fresh seeds, thresholds at which they flip, and what came first.

    uv run python benchmarks/trust.py fresh fresh
    uv run snakemake --cores all results/fresh/claims.json --configfile fresh/config.yaml \
        --config results=results/fresh
    uv run python benchmarks/trust.py page --again results/fresh/claims.json

The first copies the configurations with other seeds, and the second runs the default one, without
figures. The third compares its verdicts with those of docs/claims.json, tells for each claim the
threshold at which its verdict would be another, looks up the commits that brought its criterion and
its first result, and writes docs/verdicts.md. Without ``--again`` nothing is compared.
"""

import argparse
import json
import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from thermophoresis.config.claim import Criterion
from thermophoresis.config.claims import Claims, load_claims
from thermophoresis.config.configuration import load

ROOT = Path(__file__).parents[1]
DECIDED = ("supported", "refuted", "no exponent")

Verdict = Mapping[str, Any]


def with_seeds(text: str, first: int) -> str:
    """Return a configuration with the seeds of all its experiments and computations raised.

    Its text is changed and not what it says, so that anchors and comments stay. Seeds that are left
    out are not raised.
    """

    def raised(found: re.Match[str]) -> str:
        seeds = [int(it) + first for it in found[1].split(",")]
        return f"seeds: [{', '.join(map(str, seeds))}]"

    text = re.sub(r"\bseeds: \[([\d, ]+)\]", raised, text)
    return re.sub(r"\bseed: (\d+)", lambda found: f"seed: {int(found[1]) + first}", text)


def flips_at(criterion: Criterion, verdict: Verdict) -> tuple[float, float] | None:
    """Return the bound that decides a verdict, and where it would have to be for another one.

    What is supported is so until a bound lies within the interval, and what is refuted until the
    bound has reached it. The interval is that of the cell in which the claim holds least, which is
    the first to change. None where no single bound decides.
    """
    low, high = verdict["ci_low"], verdict["ci_high"]
    bounds = criterion.low, criterion.high
    if verdict["verdict"] not in ("supported", "refuted") or None in (low, high):
        return None
    if criterion.holds is not None or verdict["ci_level"] is None:
        return None
    supported = verdict["verdict"] == "supported"
    candidates = []
    if bounds[0] is not None and (supported or high <= bounds[0]):
        candidates.append((bounds[0], low if supported else high))
    if bounds[1] is not None and (supported or low >= bounds[1]):
        candidates.append((bounds[1], high if supported else low))
    return min(candidates, key=lambda it: abs(it[0] - it[1]), default=None)


def margin(criterion: Criterion, verdict: Verdict) -> float:
    """Return how far the threshold is from the bound, in half widths of the interval."""
    found = flips_at(criterion, verdict)
    if found is None:
        return math.nan
    half = (verdict["ci_high"] - verdict["ci_low"]) / 2
    distance = abs(found[0] - found[1])
    return distance / half if half else math.inf


def flips(one: Sequence[Verdict], other: Sequence[Verdict]) -> Counter[str]:
    """Count what became of the empirical verdicts of one ledger in another.

    ``contradicted`` is what one supports and the other refutes (or finds no exponent for), the only
    change that an error of an interval must have made; ``decided`` and ``open again`` are changes
    between a decision and none, which power makes as well.
    """
    again = {it["id"]: it["verdict"] for it in other}
    found: Counter[str] = Counter()
    for it in one:
        if it.get("kind", "E") != "E" or it["id"] not in again:
            continue
        before, after = it["verdict"], again[it["id"]]
        decided = before in DECIDED, after in DECIDED
        if before == after:
            found["same"] += 1
        elif all(decided):
            found["contradicted"] += 1
        else:
            found["decided" if decided[1] else "open again" if decided[0] else "open"] += 1
    return found


def criteria_at(commit: str, path: str) -> dict[str, Any]:
    """Return the criteria that a file of claims had at a commit, by the ids of the claims."""
    shown = subprocess.run(
        ["git", "show", f"{commit}:{path}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    claims = (yaml.safe_load(shown.stdout) or {}).get("claims", {}) if shown.stdout else {}
    return {
        name: it.get("criterion")
        for name, it in claims.items()
        if isinstance(it, dict) and not it.get("retired")
    }


def commits_of(path: str) -> list[tuple[str, str]]:
    """Return the commits that changed a file, the oldest first, with their times."""
    log = subprocess.run(
        ["git", "log", "--reverse", "--format=%h %cI", "--", path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [(line.split()[0], line.split()[1]) for line in log.stdout.splitlines()]


def since(found: Iterator[tuple[str, Mapping[str, Any]]]) -> dict[str, str]:
    """Return since which commit each entry is as it is now, from all its states in order."""
    first: dict[str, str] = {}
    last: dict[str, Any] = {}
    for commit, entries in found:
        for name, value in entries.items():
            if name not in last or last[name] != value:
                first[name] = commit
        last = dict(entries)
    return first


def histories(paths: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the commits of each claim's criterion and of its first result."""
    criteria: dict[str, str] = {}
    for path in paths:
        states = ((commit, criteria_at(commit, path)) for commit, _ in commits_of(path))
        criteria |= since(states)
    results: dict[str, str] = {}
    for commit, _ in commits_of("docs/claims.json"):
        shown = subprocess.run(
            ["git", "show", f"{commit}:docs/claims.json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        for entry in json.loads(shown.stdout or "[]"):
            results.setdefault(entry["id"], commit)
    return criteria, results


HEAD = """\
# Trust in verdicts

Written by `benchmarks/trust.py`, do not edit. A verdict is as good as its criterion, its interval
and the seeds. For every empirical claim of the default configuration: where its bound would have to
be for another verdict, with the distance in half widths of the interval; for what is open, how many
more networks would decide; and since which commit its criterion is what it is, and which one first
published a result. Widths and margins are those of the cell in which the claim holds least.
"""
AGAIN = """
## With fresh seeds

{compared} empirical claims were judged again with other seeds: {same} have the same
verdict or none again, {contradicted} the contrary one, {decided} were open and are decided,
{opened} were decided and are open. Any interval of such a ledger misses with probability {used:.2g}
or less ({rate:g} less what is kept for other families): of two ledgers, at most {expected:.2g}
contradictions are to be expected.
"""


def page(ledger: Sequence[Verdict], claims: Claims, again: Sequence[Verdict], rate: float) -> str:
    """Write the page.

    Parameters
    ----------
    ledger
        The published verdicts.
    claims
        The claims with their criteria.
    again
        Verdicts with fresh seeds; empty for none.
    rate
        The probability of error of the whole ledger.
    """
    criteria = {
        name: claim.criterion
        for subject in claims.subjects
        for name, claim in claims.about(subject).claims.items()
    }
    empirical = [it for it in ledger if it.get("kind", "E") == "E" and it["id"] in criteria]
    files = sorted((ROOT / "config/claims").glob("*.yaml"))
    own = [str(path.relative_to(ROOT)) for path in files]
    brought, resulted = histories(["config/claims.yaml", *own])
    lines = [HEAD]
    if again:
        found = flips(ledger, again)
        used = sum(family.error_rate for family in claims.families.values())
        words = {
            "compared": found.total(),
            "same": found["same"] + found["open"],
            "contradicted": found["contradicted"],
            "decided": found["decided"],
            "opened": found["open again"],
            "used": used,
            "rate": rate,
            "expected": 2 * used,
        }
        lines.append(AGAIN.format(**words))
    lines += [
        "",
        "## Claim by claim",
        "",
        "| claim | verdict | criterion | flips at | half widths away | more networks | "
        "criterion since | first result |",
        "|---|---|---|--:|--:|--:|---|---|",
    ]
    for it in empirical:
        at = flips_at(criteria[it["id"]], it)
        more = it.get("more_replicas")
        row = (
            it["id"],
            it["verdict"],
            it["criterion"],
            f"{at[1]:.3g}".replace("-", "−") if at else "",
            f"{margin(criteria[it['id']], it):.1f}" if at else "",
            f"{more:,}" if more else "",
            brought.get(it["id"], "not yet"),
            resulted.get(it["id"], "not yet"),
        )
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join([*lines, ""])


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a configuration with fresh seeds, or the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    fresh = verbs.add_parser("fresh", help="copy the configurations with other seeds")
    fresh.add_argument("folder", type=Path, help="beside config, to which paths are relative")
    fresh.add_argument("--seed", type=int, default=100, help="what is added to each seed")
    written = verbs.add_parser("page", help="write docs/verdicts.md")
    written.add_argument("--ledger", type=Path, default=ROOT / "docs/claims.json")
    written.add_argument("--again", type=Path, help="verdicts with fresh seeds")
    written.add_argument("--page", type=Path, default=ROOT / "docs/verdicts.md")
    options = parser.parse_args(arguments)
    if options.verb == "fresh":
        for path in sorted((ROOT / "config").rglob("*.yaml")):
            copy = options.folder / path.relative_to(ROOT / "config")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(with_seeds(path.read_text("utf-8"), options.seed), "utf-8")
        return
    config = load(ROOT / "config/config.yaml")
    ledger = json.loads(options.ledger.read_text("utf-8"))
    again = json.loads(options.again.read_text("utf-8")) if options.again else []
    text = page(ledger, load_claims(config), again, config.error_rate)
    options.page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
