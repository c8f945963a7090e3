"""The claims as text: a Markdown table to keep beside the results, a plain one for the terminal."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from thermophoresis.report.claims import Claim, headline, read_claims
from thermophoresis.report.notation import format_estimate

TERMINAL_WIDTH = 100  # characters
GAP = "  "

# Punctuation that Markdown reads as markup; an underscore within a word is none.
_MARKUP = re.compile(r"[\\`*\[\]<>|~$&]|(?<!\w)_|_(?!\w)")


def markdown(claims: Sequence[Mapping[str, Any]]) -> str:
    """Write the claims as a Markdown table below the count of verdicts.

    Parameters
    ----------
    claims
        Content of `claims.json`.

    Raises
    ------
    UserError
        The claims are not as `read_claims` wants them.
    """
    checked = read_claims(claims)
    header = ("Verdict", "Claim", "Experiment", "Estimate [interval]", "Criterion", "Figure")
    rows = [
        (
            claim.verdict,
            _escape(f"{claim.statement} ({claim.source})"),
            _escape(claim.experiment),
            " ".join(filter(None, (_estimate(claim), _escape(claim.units), _cell(claim)))),
            _escape(claim.criterion),
            _escape(claim.figure or "–"),
        )
        for claim in checked
    ]
    table = [header, ("---",) * len(header), *rows]
    lines = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join(["# Claims", "", f"{headline(checked)}.", "", *lines, ""])


def table(claims: Sequence[Mapping[str, Any]]) -> str:
    """Write the claims as plain text of at most 100 columns, ending with the count of verdicts.

    Parameters
    ----------
    claims
        Content of `claims.json`.

    Raises
    ------
    UserError
        The claims are not as `read_claims` wants them.
    """
    checked = read_claims(claims)
    header = ("verdict", "claim", "experiment", "estimate [interval]", "criterion")
    rows = [
        (
            claim.verdict,
            claim.id,
            claim.experiment,
            f"{_estimate(claim)} {claim.units}".rstrip(),
            claim.criterion,
        )
        for claim in checked
    ]
    widths = _fit(
        [max(map(len, column)) for column in zip(header, *rows, strict=True)],
        TERMINAL_WIDTH - len(GAP) * (len(header) - 1),
    )
    rule = tuple("─" * width for width in widths)
    lines = [line for row in (header, rule, *rows) for line in _wrapped_row(row, widths)]
    return "\n".join([*lines, "", headline(checked), ""])


def _estimate(claim: Claim) -> str:
    return format_estimate(claim.estimate, claim.ci_low, claim.ci_high)


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
