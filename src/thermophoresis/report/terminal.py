"""What is printed: tables, and the ledger with each interval as a small plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thermophoresis.config.problems import choice, shortened
from thermophoresis.errors import UserError, printable
from thermophoresis.provenance.past import MEND
from thermophoresis.provenance.record import version
from thermophoresis.report.build import read_verdicts
from thermophoresis.report.claims import VERDICTS, Claim, by_kind, headline, read_claims
from thermophoresis.report.margin import WIDTH, margin
from thermophoresis.report.notation import format_estimate

CELLS = 21  # of a plot, in letters
ALLOWED, INTERVAL, ESTIMATE, ASKED, NOTHING = "░━●┊ "
COLOURS = {
    "supported": 32,
    "refuted": 31,
    "no exponent": 35,
    "inconclusive": 33,
    "not testable": 90,
}


def of_folder(results: Path, chosen: Mapping[str, str | None], *, colour: bool) -> list[str]:
    """Return what `lines` does of the claims in a folder of results.

    Raises
    ------
    UserError
        As for `lines`, in one line of a file that another version has written.
    """
    path = results / "claims.json"
    entries = read_verdicts(path)
    try:
        read_claims(entries)
    except UserError as error:
        head, *problems = str(error).split("\n  ")
        first = (problems or [head.removeprefix("cannot read the claims: ")])[0]
        more = f", and {len(problems) - 1:,} more" if problems[1:] else ""
        raise UserError(
            f"{path} is not what version {version()} writes ({shortened(first, 100)}{more}); {MEND}"
        ) from error
    return lines(entries, chosen, colour=colour)


def lines(
    entries: Sequence[Mapping[str, Any]], chosen: Mapping[str, str | None], *, colour: bool
) -> list[str]:
    """Return the claims that were chosen, by kind, each kind with its count of verdicts.

    Parameters
    ----------
    entries
        Content of `claims.json`.
    chosen
        By what of a claim it is: paper, experiment, verdict; None for all.
    colour
        Whether verdicts are coloured; they are words in any case.

    Raises
    ------
    UserError
        The claims are not as `read_claims` wants them, or none has what was chosen.
    """
    claims = read_claims(entries)
    for name, value in chosen.items():
        known = sorted({str(getattr(claim, name)) for claim in claims})
        known = list(VERDICTS) if name == "verdict" else known
        if value is not None and value not in known:
            raise UserError(f"--{name}: got {value!r}; {choice(value, known)}")
    wanted = {name: value for name, value in chosen.items() if value is not None}
    claims = [it for it in claims if all(getattr(it, name) == wanted[name] for name in wanted)]
    found: list[str] = []
    for kind, group in by_kind(claims).items():
        width = max(len(claim.id) for claim in group)
        found += [_line(claim, width, colour=colour) for claim in group]
        found += ["", f"{headline(group, kind)}", ""]
    return found[:-1] or ["no claim has all of this"]


def aligned(rows: Sequence[Sequence[str]], *, names: int) -> list[str]:
    """Return the lines of a table: columns of names to the left, those of numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if column < names else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _line(claim: Claim, width: int, *, colour: bool) -> str:
    verdict = f"{claim.verdict:<12}"
    if colour:
        verdict = f"\033[{COLOURS[claim.verdict]}m{verdict}\033[0m"
    number = format_estimate(claim.estimate, *claim.interval)
    units = f" {claim.units}" if claim.units else ""
    found = printable(f"{number}{units}, for {claim.criterion}")
    return f"{verdict}  {claim.id:<{width}}  {plot(claim)}  {found}"


def plot(claim: Claim) -> str:
    """Return `CELLS` letters: what the criterion allows, the interval, and the estimate."""
    places = margin(claim)
    if places is None:
        return NOTHING * CELLS

    def cell(place: float) -> int:
        return min(CELLS - 1, int(place / WIDTH * CELLS))

    drawn = [NOTHING] * CELLS
    low, high = map(cell, places.allowed)
    for index in range(low, high + 1):
        drawn[index] = ASKED if places.allowed[0] == places.allowed[1] else ALLOWED
    if places.interval:
        low, high = map(cell, places.interval)
        drawn[low : high + 1] = INTERVAL * (high + 1 - low)
    drawn[cell(places.estimate)] = ESTIMATE
    return "".join(drawn)
