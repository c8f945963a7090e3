"""The claims as text: Markdown tables to keep beside the results, plain ones for the terminal."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from thermophoresis.report.claims import (
    HEADINGS,
    Claim,
    by_kind,
    headline,
    papers_of,
    read_claims,
)
from thermophoresis.report.notation import format_estimate

if TYPE_CHECKING:
    from thermophoresis.config.ledger import Retired

TERMINAL_WIDTH = 100  # characters
GAP = "  "

# Punctuation that Markdown reads as markup; an underscore within a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>|~$&]|(?<!\w)_|_(?!\w)")


def markdown(
    claims: Sequence[Mapping[str, Any]], retired: Mapping[str, "Retired"] = MappingProxyType({})
) -> str:
    """Write the claims as Markdown tables, one for each kind, below the counts of verdicts.

    Parameters
    ----------
    claims
        Content of `claims.json`.
    retired
        Claims that are not judged, by their ids.

    Raises
    ------
    UserError
        The claims are not as `read_claims` wants them.
    """
    checked = read_claims(claims)
    several = len(papers_of(checked)) > 1
    lines = ["# Claims", ""]
    for kind, group in (by_kind(checked) or {"E": []}).items():
        lines += [] if kind == "E" else [f"## {HEADINGS[kind]}", ""]
        lines += [f"{headline(group, kind)}.", "", *_rows(group, several), ""]
    if retired:
        lines += ["## Retired", ""]
        lines += [
            f"- {_escape(claim.statement)} ({_escape(_place(claim, several))}) "
            f"*Retired:* {_escape(claim.reason)}"
            for claim in retired.values()
        ]
        lines += [""]
    return "\n".join(lines)


def _rows(claims: Sequence[Claim], several: bool) -> list[str]:
    """Write claims as the rows of a Markdown table, with the paper if there are several."""
    header = ("Verdict", "Claim", "Experiment", "Estimate [interval]", "Criterion", "Figure")
    rows = [
        (
            claim.verdict,
            _escape(f"{claim.statement} ({_place(claim, several)})"),
            _escape(claim.experiment),
            " ".join(filter(None, (_estimate(claim), _escape(claim.units), _cell(claim)))),
            _escape(claim.criterion),
            _escape(claim.figure or "–"),
        )
        for claim in claims
    ]
    return [f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *rows)]


def row_of_page(cells: Iterable[str]) -> str:
    """Write a row of a table in a page of the docs, whose cells may have markup of their own."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _place(claim: "Claim | Retired", several: bool) -> str:
    """Say where a claim is made, and in which paper if there are several."""
    return f"{claim.paper}, {claim.source}" if several else claim.source


def table(claims: Sequence[Mapping[str, Any]], retired: int = 0) -> str:
    """Write the claims as plain text of at most 100 columns, each kind with its count of verdicts.

    Parameters
    ----------
    claims
        Content of `claims.json`.
    retired
        How many claims are not judged.

    Raises
    ------
    UserError
        The claims are not as `read_claims` wants them.
    """
    checked = read_claims(claims)
    lines = []
    for kind, group in (by_kind(checked) or {"E": []}).items():
        lines += [] if kind == "E" else [HEADINGS[kind], ""]
        lines += [*_plain_rows(group), "", headline(group, kind), ""]
    if retired:
        lines += [f"{retired:,} retired", ""]
    return "\n".join(lines)


def _plain_rows(claims: Sequence[Claim]) -> list[str]:
    """Write claims as the lines of a plain table."""
    header = ("verdict", "claim", "experiment", "estimate [interval]", "criterion")
    rows = [
        (
            claim.verdict,
            claim.id,
            claim.experiment,
            f"{_estimate(claim)} {claim.units}".rstrip(),
            claim.criterion,
        )
        for claim in claims
    ]
    widths = _fit(
        [max(map(len, column)) for column in zip(header, *rows, strict=True)],
        TERMINAL_WIDTH - len(GAP) * (len(header) - 1),
    )
    rule = tuple("─" * width for width in widths)
    return [line for row in (header, rule, *rows) for line in _wrapped_row(row, widths)]


def _estimate(claim: Claim) -> str:
    return format_estimate(claim.estimate, *claim.interval)


def _cell(claim: Claim) -> str:
    return f"for {_escape(claim.cell)}" if claim.cell else ""


def _escape(text: str) -> str:
    """Make a text safe inside a cell: one line, and its punctuation is no markup."""
    return _MARKUP.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))


def _fit(widths: Sequence[int], total: int) -> list[int]:
    """Narrow the widest columns, and these alone, until all fit into a total width."""
    narrowed = list(widths)
    while sum(narrowed) > total:
        narrowed[narrowed.index(max(narrowed))] -= 1
    return narrowed


def _wrapped_row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Write a row, over as many lines as its longest cell takes."""
    cells = [textwrap.wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    return [
        GAP.join(
            (cell[line] if line < len(cell) else "").ljust(width)
            for cell, width in zip(cells, widths, strict=True)
        ).rstrip()
        for line in range(max(map(len, cells)))
    ]
