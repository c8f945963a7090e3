"""Measured numbers in the pages of the documentation: filled in by a command, never typed.

A number stands between two comments, which no reader sees where the page is rendered:

    α = <!--claim eq10-gaussian-rate-activation estimate+interval .2f-->1.90 [1.89, 1.92]<!--/-->

The first has a source, ``claim`` or ``number``, a name, a field and a format of Python's. Fields of
a claim are ``estimate``, ``ci_low``, ``ci_high``, ``interval`` (both ends), ``estimate+interval``,
``verdict``, ``n`` (networks) and ``more`` (about how many more networks would decide it); those of
a number that no claim has (`measured`) are ``value``, ``low``, ``high``, ``range`` (least to
largest over cells) and ``n``. With ``-`` before the field a number changes its sign: by how much
something falls.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from thermophoresis.errors import UserError

MARK = re.compile(r"<!--(claim|number) (\S+) (-?)(\S+?)(?: (\S+?))?-->(.*?)<!--/-->", re.DOTALL)
_OPENING = re.compile(r"<!--(?:claim|number)\s")
_ENDS = ("ci_low", "ci_high")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fill(
    text: str, claims: Mapping[str, Mapping[str, Any]], numbers: Mapping[str, Mapping[str, Any]]
) -> str:
    """Return a page with every marked number as it was measured.

    Parameters
    ----------
    text
        The page.
    claims
        The verdicts by id, each as in `claims.json`.
    numbers
        What else was measured, by name, each as in `numbers.json`.

    Raises
    ------
    UserError
        A mark names what there is not, or is not as it should be.
    """
    marks = len(MARK.findall(text))
    if not text.count("<!--/-->") == marks == len(_OPENING.findall(text)):
        raise UserError("a mark of a number is not closed, or one is closed that is not open")

    def filled(mark: re.Match[str]) -> str:
        source, name, sign, field, spec, _ = mark.groups()
        opening = mark[0].partition("-->")[0] + "-->"
        entries = claims if source == "claim" else numbers
        if name not in entries:
            raise UserError(f"{opening}: there is no {source} {name}")
        read = _of_claim if source == "claim" else _of_number
        try:
            words = read(entries[name], field, spec or "", -1 if sign else 1)
        except ValueError as error:
            raise UserError(f"{opening}: cannot be written: {error}") from error
        if words is None:
            raise UserError(f"{opening}: {field!r} is not a field that it has, or not so written")
        return f"{opening}{words}<!--/-->"

    return MARK.sub(filled, text)


def _of_claim(entry: Mapping[str, Any], field: str, spec: str, sign: int) -> str | None:
    """Return a field of a claim in words; None if there is no such field."""
    if field == "verdict":
        return str(entry["verdict"])
    if field in ("n", "more"):
        return written(entry.get("n_replicas" if field == "n" else "more_replicas"), spec or ",d")
    ends = [entry[end] for end in _ENDS[::sign]]
    numbers = [it if it is None else sign * it for it in (entry["estimate"], *ends)]
    if field == "estimate":
        return written(numbers[0], spec)
    if field in _ENDS:
        return written(numbers[1 + _ENDS.index(field)], spec)
    if field not in ("interval", "estimate+interval"):
        return None
    low, high = (written(it, spec) for it in numbers[1:])
    if field == "interval":
        return f"[{_joined(low, high, ', ')}]"
    # One sign for per cent is enough.
    low, high = (end.removesuffix(" %") for end in (low, high))
    return f"{written(numbers[0], spec)} [{low}, {high}]"


def _of_number(entry: Mapping[str, Any], field: str, spec: str, sign: int) -> str | None:
    """Return a field of a number that no claim has; None if there is no such field."""
    if field == "n":
        return written(entry["n"], spec or ",d")
    low, high = (written(sign * entry[end], spec) for end in ("low", "high")[::sign])
    if field == "value":
        return low if low == high else None
    apart = " to " if "×" in low + high or "−" in low + high else "–"
    joined = low if low == high else _joined(low, high, apart)
    return {"low": low, "high": high, "range": joined}.get(field)


def _joined(low: str, high: str, apart: str) -> str:
    """Return two numbers, with one sign for per cent if both have one."""
    return f"{low.removesuffix(' %')}{apart}{high}"


def written(value: float | None, spec: str) -> str:
    """Return a number as pages have it: ``63 %``, ``−0.5``, ``2 × 10⁷``; ``undefined`` if it is."""
    if value is None or value != value:
        return "undefined"
    text = format(round(value) if spec.endswith("d") else value, spec)
    if spec.endswith("e"):
        mantissa, _, power = text.partition("e")
        text = f"{mantissa} × 10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return text.replace("-", "−").replace("%", " %")


# What has numbers and is measured by nobody.
_ASIDE = re.compile(
    "|".join(
        (
            r"```.*?```",
            r"`[^`]*`",
            r"<!--.*?-->",
            r"\]\([^)]*\)",  # where a link leads to
            r"^#+ [^\n]*$",
            r"^\| \d+(?:, \d+|–\d+)* \|",  # equations that a row of a table is about
            # Equations, figures and sections of the paper.
            r"\b(?:Eqs?\.|Figs?\.|Sections?|A\.)\s?\d+(?:(?:,| and|–|, and) ?\d+)*",
        )
    ),
    re.DOTALL | re.MULTILINE,
)
_NUMBER = re.compile(r"(?<![\w.])[−-]?\d[\d,]*(?:\.\d+)?(?: ?%| ?× ?10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|-fold)?")
_SMALL = re.compile(r"[−-]?\d")


def typed(text: str, constants: Mapping[str, str]) -> Iterator[str]:
    """Yield every number of a page that looks measured and is neither filled in nor a constant.

    Parameters
    ----------
    text
        The page.
    constants
        What may be typed: settings, levels, years, as they stand in the page, each with the reason.

    Yields
    ------
    The number with some words around it. A digit by itself does not look measured.
    """
    text = _ASIDE.sub(" ¦ ", MARK.sub(" ¦ ", text))
    for constant in sorted(constants, key=len, reverse=True):
        pattern = r"\s+".join(map(re.escape, constant.split()))
        text = re.sub(rf"(?<![\w.]){pattern}(?![\w%])(?!\.\d)", " ¦ ", text)
    for found in _NUMBER.finditer(text):
        if not _SMALL.fullmatch(found[0].rstrip(",")):
            yield " ".join(text[max(0, found.start() - 40) : found.end() + 20].split())
