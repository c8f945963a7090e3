"""What is printed: tables, and the ledger with each interval as a small plot."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from thermophoresis.config.problems import shortened
from thermophoresis.errors import UserError, printable
from thermophoresis.provenance.past import MEND
from thermophoresis.provenance.record import version
from thermophoresis.report.build import read_verdicts
from thermophoresis.report.claims import Claim, ClaimsError, by_kind, choose, headline, read_claims
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


def of_folder(results: Path, wanted: Mapping[str, str | None], *, colour: bool) -> list[str]:
    """Return what `lines` does of the claims that `choose` finds in a folder of results.

    Raises
    ------
    UserError
        As for `choose`, and in one line where another version has written the file.
    """
    path = results / "claims.json"
    try:
        claims = read_claims(read_verdicts(path))
    except ClaimsError as error:
        first, *others = error.problems
        more = f", and {len(others):,} more" if others else ""
        raise UserError(
            f"{path} is not what version {version()} writes ({shortened(first, 100)}{more}); {MEND}"
        ) from error
    return lines(choose(claims, wanted, dashes="--"), colour=colour)


def lines(claims: Sequence[Claim], *, colour: bool) -> list[str]:
    """Return claims by kind, each kind with its count of verdicts.

    Parameters
    ----------
    claims
        Those to be shown.
    colour
        Whether verdicts are coloured; they are words in any case.
    """
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
