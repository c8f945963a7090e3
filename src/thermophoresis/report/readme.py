"""What the README and the docs say was found: written by a command, never typed."""

import json
import re
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
from thermophoresis.report.markdown import row_of_page
from thermophoresis.report.measured import measured, read_numbers
from thermophoresis.report.notation import format_estimate
from thermophoresis.report.numbers import fill
from thermophoresis.report.papers import authors_of

BEGIN = "<!-- findings: written by `python -m thermophoresis publish`, do not edit -->"
END = "<!-- end of findings -->"
SUMMARY = "docs/claims.json"
BESIDE = "docs/claims_{}.json"  # of other configurations, by the name that they are published under
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
    return row_of_page(cells)


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


def read_beside(repository: Path) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Read the verdicts that are published beside those of the default configuration, by name."""
    before, _, after = BESIDE.partition("{}")
    return {
        str(path.relative_to(repository)).removeprefix(before).removesuffix(after): json.loads(
            path.read_text("utf-8")
        )
        for path in sorted(repository.glob(BESIDE.format("*")))
    }


def filled(
    repository: Path,
    claims: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, Any],
    beside: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[Path, str]:
    """Return every page with its measured numbers filled in, and two with sections of verdicts.

    Parameters
    ----------
    repository
        Root of the repository.
    claims, numbers
        Contents of the files of verdicts and of other numbers.
    beside
        Verdicts of other configurations by name, which pages have before the id: ``NAME/ID``.

    Raises
    ------
    UserError
        A page asks for what there is not, or lacks its marks.
    """
    by_id = {str(entry["id"]): entry for entry in claims}
    for name, others in beside.items():
        by_id |= {f"{name}/{entry['id']}": entry for entry in others}
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


def publish(results: Path, repository: Path, beside: str = "") -> None:
    """Copy verdicts and figures of results to the docs and fill in the pages' measured numbers.

    Parameters
    ----------
    results
        Folder of results: of the default configuration, or of another one.
    repository
        Root of the repository.
    beside
        Of another one the name under which its verdicts and figures stand beside the others, which
        stay as they are.

    Raises
    ------
    UserError
        There are no results, they prove nothing, their verdicts are not those of their report, the
        README lacks its marks, a page asks for a number that is not there, or the name is none.
    """
    try:
        _check_origin(results)
        claims = json.loads((results / "claims.json").read_text("utf-8"))
        if beside:
            _publish_beside(results, claims, repository, beside)
        else:
            _publish_all(results, claims, repository)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot publish {results}: {error}") from error


def _publish_all(results: Path, claims: Sequence[Mapping[str, Any]], repository: Path) -> None:
    """Publish results of the default configuration."""
    wanted = repository / WANTED
    numbers = measured(read_numbers(wanted), results) if wanted.is_file() else {}
    written = filled(repository, claims, numbers, read_beside(repository))
    _copy(results, repository, SUMMARY, "")
    if wanted.is_file():
        text = json.dumps(numbers, indent=1, sort_keys=True) + "\n"
        write_atomically(repository / NUMBERS, text.encode())
    _write(written)


def _publish_beside(
    results: Path, claims: Sequence[Mapping[str, Any]], repository: Path, name: str
) -> None:
    """Publish results of another configuration under a name."""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise UserError(f"got --beside {name}; must be of small letters, digits and _")
    default = json.loads((repository / SUMMARY).read_text("utf-8"))
    numbers = repository / NUMBERS
    others = json.loads(numbers.read_text("utf-8")) if numbers.is_file() else {}
    written = filled(repository, default, others, {**read_beside(repository), name: claims})
    _copy(results, repository, BESIDE.format(name), f"{name}_")
    _write(written)


def _copy(results: Path, repository: Path, summary: str, prefix: str) -> None:
    """Copy figures, whose names then begin with the prefix, and verdicts."""
    for figure in sorted((results / "figures").glob("*.svg")):
        shutil.copyfile(figure, repository / GALLERY / f"{prefix}{figure.name}")
    shutil.copyfile(results / "claims.json", repository / summary)


def _write(written: Mapping[Path, str]) -> None:
    for page, text in written.items():
        write_atomically(page, text.encode())
