"""What the README and the docs say was found: written by a command, never typed."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thermophoresis.errors import UserError
from thermophoresis.provenance import seal
from thermophoresis.provenance.files import write_atomically
from thermophoresis.provenance.origin import read_origin
from thermophoresis.report import open_claims
from thermophoresis.report.claims import (
    Claim,
    by_kind,
    headline,
    opening,
    papers_of,
    read_claims,
)
from thermophoresis.report.explanations import authors_of
from thermophoresis.report.measured import measured, read_numbers
from thermophoresis.report.notation import format_estimate
from thermophoresis.report.numbers import fill

BEGIN = "<!-- findings: written by `python -m thermophoresis publish`, do not edit -->"
END = "<!-- end of findings -->"
SUMMARY = "docs/claims.json"
GALLERY = "docs/figures"
WANTED = "docs/numbers.yaml"
NUMBERS = "docs/numbers.json"


def section(claims: Sequence[Mapping[str, Any]]) -> str:
    """Write the README's section on findings from the content of a claims file.

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
    opened, papers = opening(checked), papers_of(checked)
    lines = [BEGIN]
    for paper, group in opened.items():
        lines += ["", f"| {authors_of(paper)} say | measured | verdict |", "|---|---|---|"]
        lines += [_row(claim) for claim in group]
    lines += [""]
    for paper in papers:
        empirical = [claim for claim in checked if claim.kind == "E" and claim.paper == paper]
        if empirical:
            of_paper = f"{authors_of(paper)}: " if len(papers) > 1 else ""
            lines += [f"- **{of_paper}{headline(empirical)}**"]
    lines += [f"- {headline(checked, kind)}." for kind in by_kind(checked) if kind != "E"]
    return "\n".join([*lines, "", END])


def _row(claim: Claim) -> str:
    """Return a claim as a row of the table that opens the README."""
    number = format_estimate(claim.estimate, *claim.interval)
    cells = (f"{claim.statement} ({claim.source})", f"{number} – {claim.opens}", claim.verdict)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def replace_section(page: str, written: str, name: str = "README.md") -> str:
    """Return a page with a section replaced that stands between two marks, its ends.

    Parameters
    ----------
    page
        The whole page.
    written
        The section; its first and last line are the marks.
    name
        Of the page, for messages.

    Raises
    ------
    UserError
        The page lacks the marks.
    """
    first, *_, last = written.splitlines()
    before, begin, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not (begin and end):
        raise UserError(f"{name}: lacks the marks {first!r} and {last!r}")
    return before + written + after


def _check_origin(results: Path) -> None:
    """Refuse results that say that they prove nothing, and verdicts that are not the report's."""
    origin = read_origin(results / "report.html")
    if origin is None or origin.made_by != "report":
        raise UserError(f"cannot publish {results}: report.html does not say what made it")
    if note := origin.configuration.get("note"):
        raise UserError(f"cannot publish {results}: its configuration says of itself: {note}")
    if origin.inputs.get("claims.json") != seal.checksum(results / "claims.json"):
        raise UserError(f"cannot publish {results}: report.html is not of these claims.json")


def pages(repository: Path) -> list[Path]:
    """Return the pages that may have measured numbers: the README and those of the docs."""
    return [repository / "README.md", *sorted((repository / "docs").rglob("*.md"))]


def filled(
    repository: Path, claims: Sequence[Mapping[str, Any]], numbers: Mapping[str, Any]
) -> dict[Path, str]:
    """Return every page with its measured numbers filled in, and two with sections of verdicts.

    Parameters
    ----------
    repository
        Root of the repository.
    claims, numbers
        Contents of the files of verdicts and of other numbers.

    Raises
    ------
    UserError
        A page asks for what there is not, or lacks its marks.
    """
    by_id = {str(entry["id"]): entry for entry in claims}
    found = {}
    for page in pages(repository):
        try:
            found[page] = fill(page.read_text("utf-8"), by_id, numbers)
        except UserError as error:
            raise UserError(f"{page.relative_to(repository)}: {error}") from error
    sections = {"README.md": section(claims), open_claims.PAGE: open_claims.section(claims)}
    for name, written in sections.items():
        if (page := repository / name) in found:
            found[page] = replace_section(found[page], written, name)
    return found


def publish(results: Path, repository: Path) -> None:
    """Copy verdicts and figures of results to the docs and fill in the pages' measured numbers.

    Parameters
    ----------
    results
        Folder of results of the default configuration.
    repository
        Root of the repository.

    Raises
    ------
    UserError
        There are no results, they are not those of the default configuration, their verdicts are
        not those of their report, the README lacks its marks, or a page asks for a number that is
        not there.
    """
    try:
        _check_origin(results)
        claims = json.loads((results / "claims.json").read_text("utf-8"))
        wanted = repository / WANTED
        numbers = measured(read_numbers(wanted), results) if wanted.is_file() else {}
        written = filled(repository, claims, numbers)
        for figure in sorted((results / "figures").glob("*.svg")):
            shutil.copyfile(figure, repository / GALLERY / figure.name)
        shutil.copyfile(results / "claims.json", repository / SUMMARY)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot publish {results}: {error}") from error
    if wanted.is_file():
        text = json.dumps(numbers, indent=1, sort_keys=True) + "\n"
        write_atomically(repository / NUMBERS, text.encode())
    for page, text in written.items():
        write_atomically(page, text.encode())
