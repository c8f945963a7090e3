"""What the ledger leaves open, for the page on limitations: written by a command, never typed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from thermophoresis.report.claims import Claim, papers_of, read_claims
from thermophoresis.report.markdown import row_of_page
from thermophoresis.report.papers import authors_of

PAGE = "docs/limitations.md"
BEGIN = "<!-- open claims: written by `python -m thermophoresis publish`, do not edit -->"
END = "<!-- end of open claims -->"


def section(claims: Sequence[Mapping[str, Any]]) -> str:
    """Write the tables of claims that are not testable or inconclusive, a table for each paper.

    Parameters
    ----------
    claims
        The verdicts, as in `claims.json`.

    Raises
    ------
    UserError
        They are not as `read_claims` wants them.
    """
    checked = read_claims(claims)
    lines = [BEGIN]
    for paper in papers_of(checked):
        of_paper = [claim for claim in checked if claim.paper == paper]
        lines += ["", f"### {authors_of(paper)}", ""]
        lines += ["| claim | what it says | verdict | why, or what would decide |"]
        lines += ["|---|---|---|---|", *_rows(of_paper)]
    return "\n".join([*lines, "", END])


def _rows(claims: Sequence[Claim]) -> Iterator[str]:
    """Give a row for each open claim, what cannot be tested first."""
    for verdict in ("not testable", "inconclusive"):
        for claim in claims:
            if claim.verdict == verdict:
                said = f"{claim.statement} ({claim.source})"
                yield row_of_page((f"`{claim.id}`", said, verdict, why(claim)))


def why(claim: Claim) -> str:
    """Return why a claim is open: what stands in the way, and how many more networks would do."""
    # Of what there is to keep in mind, the judge says last why networks are too few.
    reason = claim.caveat.rpartition("; ")[2] if claim.kind == "E" else claim.caveat
    if claim.more_replicas is None:
        return reason
    more = f"{claim.more_replicas:,} more networks"
    return f"{reason}; {more}" if claim.verdict == "not testable" else more
