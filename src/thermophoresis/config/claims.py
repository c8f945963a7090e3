"""The claims ledger: each testable statement of the paper, with the number that decides it.

Statements, statistics and criteria are in YAML (`config/claims.yaml`), apart from all results.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from thermophoresis.config.claim import Claim, Entry, ExponentClaim, Statement, Word
from thermophoresis.config.claim_checks import claim_problems
from thermophoresis.config.configuration import Config
from thermophoresis.config.fields import LONGEST_FILE, Settings
from thermophoresis.config.figure import Figure, SweepFigure
from thermophoresis.config.judging import ClaimsSettings
from thermophoresis.config.ledger import (
    ClaimId,
    Family,
    LedgerSettings,
    ReportSettings,
    RescaledCurves,
    Retired,
)
from thermophoresis.config.problems import ConfigError, Problem, choice, validate
from thermophoresis.config.removed import present
from thermophoresis.config.sweep import GRID
from thermophoresis.config.yaml import read_yaml


class Ledger(Settings):
    """A file of claims, and what its readers should know of how it came about.

    Attributes
    ----------
    opens
        Which of them stand in the table that opens the report, each with what its number is, in
        words.
    """

    note: str = ""
    paper: Word = "thermophoresis"
    family: Word | None = None
    opens: dict[ClaimId, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    claims: Annotated[dict[ClaimId, Entry], Field(min_length=1)] = Field(
        description="a mapping from names to claims"
    )

    def with_papers(self) -> dict[str, Statement]:
        """Return the claims, each with its paper and its family."""
        return {
            name: claim.model_copy(
                update={
                    "paper": claim.paper or self.paper,
                    "family": claim.family or self.family or claim.paper or self.paper,
                }
            )
            for name, claim in self.claims.items()
        }


class Claims:
    """The claims of a configuration, in the order of their files.

    Parameters
    ----------
    claims
        By their ids, each with its paper and family; of those that are retired the statements.
    config
        The configuration that they are about.
    remarks
        Notes of their files.
    opens
        What the numbers of those claims are that open the report, by their ids.
    """

    def __init__(
        self,
        claims: dict[str, Statement],
        config: Config,
        remarks: tuple[str, ...] = (),
        opens: Mapping[str, str] = MappingProxyType({}),
    ):
        self._claims = {name: it for name, it in claims.items() if isinstance(it, Claim)}
        self._retired = {name: it for name, it in claims.items() if name not in self._claims}
        self._config, self._remarks, self._opens = config, remarks, dict(opens)

    @property
    def subjects(self) -> tuple[str, ...]:
        """What there are claims about, sorted; see `Claim.subject`."""
        return tuple(sorted({claim.subject for claim in self._claims.values()}))

    @property
    def reads(self) -> tuple[str, ...]:
        """What they are judged from, sorted: paths in the folder of results, without the ending."""
        return tuple(sorted({name for claim in self._claims.values() for name in claim.reads}))

    @cached_property
    def members(self) -> Mapping[str, int]:
        """How many empirical claims each family has, by its name."""
        empirical = (claim for claim in self._claims.values() if claim.kind == "E")
        return Counter(claim.family or "" for claim in empirical)

    @property
    def families(self) -> dict[str, Family]:
        """The families of empirical claims, by name, each with its part of the error rate."""
        shares = self._config.error_shares
        others = self.members.keys() - shares.keys()
        left = (1 - sum(shares.values())) / max(1, len(others))
        return {
            family: Family(
                claims=count, error_rate=self._config.error_rate * shares.get(family, left)
            )
            for family, count in self.members.items()
        }

    @cached_property
    def levels(self) -> dict[str, float]:
        """Confidence level of the intervals of each empirical claim, by its id.

        By Bonferroni's inequality, the probability that any interval of the ledger misses what it
        is to cover is at most ``error_rate``, however the claims depend on each other: each family
        has a share of it, and within a family all claims have the same. What is no empirical
        claim takes none: of what is true by algebra, but estimated by chance, each claim has an
        interval of its own, as a test of the program; everything else has none.
        """
        families = self.families
        level = {name: 1 - it.error_rate / it.claims for name, it in families.items()}
        return {
            name: level[claim.family or ""] if claim.kind == "E" else 1 - self._config.error_rate
            for name, claim in self._claims.items()
            if claim.kind == "E" or claim.by_chance
        }

    def about(self, subject: str) -> ClaimsSettings:
        """Return the settings that the verdicts on claims about something depend on."""
        claims = {
            name: claim.model_copy(update=_UNTOLD)
            for name, claim in self._claims.items()
            if claim.subject == subject
        }
        levels = {name: level for name, level in self.levels.items() if name in claims}
        return ClaimsSettings(claims=claims, levels=levels)

    def ledger(self) -> LedgerSettings:
        """Return the settings that the ledger depends on."""
        first = Ledger.model_fields["paper"].default
        return LedgerSettings(
            order=tuple(self._claims),
            papers={
                name: claim.paper
                for name, claim in self._claims.items()
                if claim.paper and claim.paper != first
            },
            kinds={name: it.kind for name, it in self._claims.items() if it.kind != "E"},
            opens=self._opens,
        )

    def report(self) -> ReportSettings:
        """Return the settings that the report depends on."""
        titles = (figure.title for figure in self._config.figures.values())
        families = self.families
        figures: Mapping[str, Figure] = self._config.figures
        rescaled = {
            name: self._rescaled(figure)
            for name, figure in figures.items()
            if isinstance(figure, SweepFigure)
        }
        shown = (row.reads for rows in rescaled.values() for row in rows)
        return ReportSettings(
            reads=tuple(sorted({*self.reads, *shown})),
            explanations={name: claim.because for name, claim in self._claims.items()},
            titles=tuple(dict.fromkeys(filter(None, titles))),
            error_rate=self._config.error_rate,
            note=self._config.note,
            remarks=self._remarks,
            families=families if len(families) > 1 else {},
            retired={
                name: Retired(
                    paper=claim.paper or "",
                    source=claim.source,
                    statement=claim.statement,
                    reason=claim.retired,
                )
                for name, claim in self._retired.items()
            },
            subjects={subject: self.about(subject).reads for subject in self.subjects},
            rescaled=rescaled,
        )

    def _rescaled(self, figure: SweepFigure) -> tuple[RescaledCurves, ...]:
        """Return what the report is told of the curves in each row of a figure."""
        experiments = filter(None, (figure.experiment, figure.beside))
        further = {axis: it for axis, it in figure.asked.items() if axis not in GRID}

        def fitted(experiment: str, statistic: str) -> str | None:
            """Return the claim about an exponent of such curves over the whole of their time."""
            wanted = statistic, experiment, figure.observable, figure.at, further, "whole"
            return next(
                (
                    name
                    for name, it in self._claims.items()
                    if isinstance(it, ExponentClaim)
                    and wanted
                    == (it.statistic, it.experiment, it.observable, it.at, it.cells, it.window)
                ),
                None,
            )

        return tuple(
            RescaledCurves(
                reads=path.removesuffix(".nc"),
                observable=figure.observable,
                at=figure.at,
                confidence_level=figure.confidence_level,
                cells=figure.asked,
                compared=figure.compared,
                rate_exponent=fitted(experiment, "learning_rate_exponent"),
                batch_exponent=fitted(experiment, "batch_size_exponent"),
            )
            for experiment, path in zip(experiments, figure.inputs, strict=True)
        )


# What is said of a claim and reaches no verdict on it.
_UNTOLD = {name: field.default for name, field in Claim.model_fields.items() if field.exclude}


def load_claims(config: Config) -> Claims:
    """Read and check the claims of a configuration.

    Parameters
    ----------
    config
        Which files have them, and what they may be about.

    Raises
    ------
    ConfigError
        A file cannot be read, or something in it is not allowed: all problems at once.
    """
    claims: dict[str, Statement] = {}
    remarks: list[str] = []
    opens: dict[str, str] = {}
    for path in config.claims:
        settings, removed = present(read_yaml(path))
        ledger, found = validate(Ledger, settings)
        found += removed
        if ledger is not None:
            for name, claim in ledger.claims.items():
                if name in claims:
                    found.append(Problem(("claims", name), "is in another file of claims already"))
                if isinstance(claim, Claim):  # and not retired
                    found += claim_problems(name, claim, config)
                    if (length := len(claim.subject)) > LONGEST_FILE:
                        message = f"is about what has names of {length} characters together; must "
                        message += f"be at most {LONGEST_FILE}, which name a file of verdicts"
                        found.append(Problem(("claims", name), message))
            claims |= ledger.with_papers()
            opens |= ledger.opens
            judged = [name for name, it in ledger.claims.items() if isinstance(it, Claim)]
            for name in ledger.opens:
                if name not in judged:
                    message = f"is no claim of this file that is judged; {choice(name, judged)}"
                    found.append(Problem(("opens", name), message))
            remarks += filter(None, [ledger.note])
        if found:
            raise ConfigError(path, found)
    loaded = Claims(claims, config, tuple(remarks), opens)
    if found := list(_share_problems(loaded.members, config)):
        raise ConfigError(config.shares_from, found)
    return loaded


def _share_problems(families: Collection[str], config: Config) -> Iterator[Problem]:
    """Yield what is wrong between shares of the error rate and the families that there are."""
    for family in config.error_shares:
        if family not in families:
            known = choice(family, list(families)) if families else "there are no empirical claims"
            yield Problem(("error_shares", family), f"is no family of empirical claims; {known}")
    others = [family for family in families if family not in config.error_shares]
    if others and sum(config.error_shares.values()) > 1 - 1e-12:
        message = f"got shares that add up to 1; must leave something to {', '.join(others)}"
        yield Problem(("error_shares",), message)
