"""The claims as `claims.json` has them: checked, counted, ordered by their place in the paper."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from thermophoresis.config.problems import choice
from thermophoresis.errors import UserError

Verdict = Literal["supported", "refuted", "no exponent", "inconclusive", "not testable"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
# Counts name these even where no claim has them.
ALWAYS_COUNTED: tuple[Verdict, ...] = ("supported", "refuted", "inconclusive")
OPEN: tuple[Verdict, ...] = ("inconclusive", "not testable")
Kind = Literal["E", "P", "T"]

# What claims of each kind are called, one and several, and the heading of their table.
NOUNS: Mapping[Kind, tuple[str, str]] = {
    "E": ("claim", "claims"),
    "P": ("printed formula or implication", "printed formulas and implications"),
    "T": ("statement true by construction", "statements true by construction"),
}
HEADINGS: Mapping[Kind, str] = {
    "E": "Claims",
    "P": "Printed formulas and implications",
    "T": "True by construction",
}

Text = Annotated[str, Field(min_length=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]

# How a source begins, and what such sources are called together; the last takes what is left.
SOURCE_KINDS = (
    ("fig", "Figures"),
    ("eq", "Equations"),
    ("sec", "Sections"),
    ("app", "Appendices"),
    ("", "Other"),
)


class ClaimsError(UserError):
    """Claims that are not as `read_claims` wants them.

    Attributes
    ----------
    problems
        All that is wrong, one line each.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n  ".join(["cannot read the claims:", *problems]))


class Claim(BaseModel):
    """One claim with what was measured and what follows.

    Attributes
    ----------
    id
        Name of the claim, unique, usable in a link.
    source
        Where the paper makes it, for instance "Fig. 3, third panel; Section 4".
    statement
        The claim, as a sentence.
    experiment
        Name of the experiment that tests it.
    statistic
        Name of the number that decides it.
    estimate, ci_low, ci_high
        That number and its confidence interval, in `units`; None where there is none. An interval
        with one bound is open on the other side.
    ci_level
        Confidence level of the interval, between 0 and 1; None where nothing is left to chance.
    n_replicas
        Number of replicas measured.
    criterion
        What the number must satisfy, in words such as "< 0.1".
    criterion_low, criterion_high
        Between which numbers it must be, None where there is no such bound; one number twice where
        the interval must hold it.
    verdict
        Whether it does.
    figure
        Name of the figure that shows it, or None.
    units
        Of the estimate; empty for a pure number.
    more_replicas
        About how many more replicas would decide a claim that is open, or None.
    caveat
        What to keep in mind with the verdict.
    cell
        Which cell or pair of cells decides; empty if the number is of all together.
    paper
        Name of the paper that makes it.
    kind
        E for an empirical claim, P for a printed formula or implication, T for what is true by
        construction or algebra.
    opens
        What the number is, in words, of a claim in the table that opens the report; else empty.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    source: Text
    statement: Text
    experiment: Text
    statistic: Text
    estimate: Finite | None
    ci_low: Finite | None
    ci_high: Finite | None
    ci_level: Annotated[float, Field(gt=0, lt=1)] | None
    n_replicas: Annotated[int, Field(ge=0)]
    criterion: Text
    verdict: Verdict
    figure: Text | None
    units: str = ""
    more_replicas: Annotated[int, Field(ge=1)] | None = None
    caveat: str = ""
    cell: str = ""
    paper: Text = "thermophoresis"
    kind: Kind = "E"
    opens: str = ""
    criterion_low: Finite | None = None
    criterion_high: Finite | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> "Claim":
        low, high = self.ci_low, self.ci_high
        if low is not None and high is not None and low > high:
            raise ValueError(f"ci_low = {low:g} is above ci_high = {high:g}")
        if self.more_replicas is not None and self.verdict not in OPEN:
            raise ValueError(
                f"more_replicas is for claims that are {' or '.join(OPEN)}, this one is "
                f"{self.verdict}"
            )
        return self

    @property
    def interval(self) -> tuple[float | None, float | None]:
        """Ends of the interval; none where nothing is left to chance, or where it is a point."""
        point = self.ci_level is None or (self.ci_low is not None and self.ci_low == self.ci_high)
        return (None, None) if point else (self.ci_low, self.ci_high)

    @property
    def source_group(self) -> str:
        """The first place that the source names: "Fig. 3" of "Fig. 3, third panel; Section 4"."""
        return re.split("[,;]", self.source, maxsplit=1)[0].strip()


def read_claims(entries: Sequence[Mapping[str, Any]]) -> list[Claim]:
    """Check the content of `claims.json`.

    Parameters
    ----------
    entries
        One mapping per claim, with the keys of `Claim`.

    Returns
    -------
    list of Claim
        In the same order.

    Raises
    ------
    ClaimsError
        A key is missing, unknown or has a value that it cannot have, or two claims have one id.
    """
    if not isinstance(entries, Sequence) or isinstance(entries, str | bytes):
        raise ClaimsError([f"got {type(entries).__name__}, not a list"])
    claims: list[Claim] = []
    problems: list[str] = []
    for index, entry in enumerate(entries):
        try:
            claims.append(Claim.model_validate(entry))
        except ValidationError as error:
            name = entry.get("id") if isinstance(entry, Mapping) else None
            where = f"claim {name!r}" if isinstance(name, str) else f"claim number {index + 1}"
            problems += [f"{where}: {_explain(details)}" for details in error.errors()]
    repeated = [name for name, count in Counter(claim.id for claim in claims).items() if count > 1]
    problems += [f"claim {name!r}: another claim has the same id" for name in repeated]
    if problems:
        raise ClaimsError(problems)
    return claims


def choose(
    claims: Sequence[Claim], wanted: Mapping[str, str | None], dashes: str = ""
) -> list[Claim]:
    """Return the claims that have all of what is wanted.

    Parameters
    ----------
    claims
        Those to choose from.
    wanted
        By what of a claim it is (paper, experiment, verdict, …); None for all.
    dashes
        Written before the name of what is wanted, where it is an option of a command.

    Raises
    ------
    UserError
        No claim has such a thing. A verdict that no claim has is an answer, and no mistake.
    """
    asked = {name: value for name, value in wanted.items() if value is not None}
    for name, value in asked.items():
        found = sorted({str(getattr(claim, name)) for claim in claims})
        known = list(VERDICTS) if name == "verdict" else found
        if value not in known:
            raise UserError(f"{dashes}{name}: got {value!r}; {choice(value, known)}")
    return [it for it in claims if all(getattr(it, name) == asked[name] for name in asked)]


def _explain(details: Mapping[str, Any]) -> str:
    """Say in one line what is wrong with a claim."""
    key = ".".join(map(str, details["loc"]))
    match details["type"]:
        case "missing":
            return f"{key} is missing"
        case "extra_forbidden":
            return f"{key} is no key of a claim; the keys are {', '.join(Claim.model_fields)}"
        case "value_error":
            return str(details["ctx"]["error"])
    message = details["msg"]
    where = f"{key}: " if key else ""
    return f"{where}got {details['input']!r}; {message[:1].lower()}{message[1:]}"


def by_kind(claims: Sequence[Claim]) -> dict[Kind, list[Claim]]:
    """Return the claims of each kind that there is one of: first those that are empirical."""
    found = {kind: [claim for claim in claims if claim.kind == kind] for kind in NOUNS}
    return {kind: group for kind, group in found.items() if group}


def papers_of(claims: Sequence[Claim]) -> list[str]:
    """Return the papers that make the claims, in the order of the claims."""
    return list(dict.fromkeys(claim.paper for claim in claims))


def opening(claims: Sequence[Claim]) -> dict[str, list[Claim]]:
    """Return the claims in the table that opens the report, by paper."""
    found = {
        paper: [it for it in claims if it.opens and it.paper == paper]
        for paper in papers_of(claims)
    }
    return {paper: group for paper, group in found.items() if group}


def headline(claims: Sequence[Claim], kind: Kind = "E") -> str:
    """Count the verdicts on claims of a kind: "18 supported, … of 36 claims"."""
    chosen = [claim for claim in claims if claim.kind == kind]
    return f"{count_verdicts(chosen)} {of_all(chosen, kind)}"


def of_all(claims: Sequence[Claim], kind: Kind = "E") -> str:
    """Say of how many claims of a kind a count is: "of 36 claims"."""
    return f"of {len(claims):,} {NOUNS[kind][len(claims) != 1]}"


def count_verdicts(claims: Sequence[Claim], *, zeros: bool = True) -> str:
    """Count the verdicts: "2 supported, 0 refuted, 1 inconclusive".

    Parameters
    ----------
    claims
        What to count.
    zeros
        Whether to name those of the three usual verdicts that no claim has.
    """
    counts = Counter(claim.verdict for claim in claims)
    return ", ".join(
        f"{counts[verdict]:,} {verdict}" for verdict in counted(claims) if zeros or counts[verdict]
    )


def counted(claims: Sequence[Claim]) -> list[Verdict]:
    """Return the verdicts to be counted: the usual three, and those that some claim has."""
    found = {claim.verdict for claim in claims}
    return [verdict for verdict in VERDICTS if verdict in ALWAYS_COUNTED or verdict in found]


def group_by_source(claims: Sequence[Claim]) -> dict[str, dict[str, list[Claim]]]:
    """Order claims by where the paper makes them.

    Returns
    -------
    dict
        Kind of source ("Figures", "Sections", …) → source ("Fig. 3") → its claims. Figures come
        first and Fig. 10 after Fig. 9; the claims of one source keep their order.
    """
    groups: dict[str, dict[str, list[Claim]]] = {kind: {} for _, kind in SOURCE_KINDS}
    for claim in sorted(claims, key=lambda claim: _natural_order(claim.source_group)):
        start = claim.source_group.lower()
        kind = next(kind for prefix, kind in SOURCE_KINDS if start.startswith(prefix))
        groups[kind].setdefault(claim.source_group, []).append(claim)
    return {kind: sources for kind, sources in groups.items() if sources}


def _natural_order(text: str) -> list[tuple[int, str]]:
    """Sort key that puts "Fig. 10" after "Fig. 9"."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part)
        for part in re.split(r"(\d+)", text.lower())
    ]
