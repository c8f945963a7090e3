"""The claims ledger: each testable statement of the paper, with the number that decides it.

Statements, statistics and criteria are in YAML (`config/claims.yaml`), apart from all results.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from thermophoresis.config.claim import CellsClaim, Claim, ExperimentClaim, ExplainedClaim
from thermophoresis.config.configuration import Config
from thermophoresis.config.experiment import Experiment
from thermophoresis.config.fields import Settings
from thermophoresis.config.judging import ClaimsSettings
from thermophoresis.config.ledger import ClaimId, LedgerSettings, ReportSettings
from thermophoresis.config.problems import ConfigError, Problem, choice, validate
from thermophoresis.config.yaml import read_yaml


class Ledger(Settings):
    """A file of claims, and what its readers should know of how it came about."""

    note: str = ""
    claims: Annotated[dict[ClaimId, ExplainedClaim], Field(min_length=1)] = Field(
        description="a mapping from names to claims"
    )


class Claims:
    """The claims of a configuration, in the order of their files.

    Parameters
    ----------
    claims
        By their ids.
    config
        The configuration that they are about.
    remarks
        Notes of their files.
    """

    def __init__(self, claims: dict[str, Claim], config: Config, remarks: tuple[str, ...] = ()):
        self._claims, self._config, self._remarks = claims, config, remarks

    @property
    def subjects(self) -> tuple[str, ...]:
        """What there are claims about, sorted; see `Claim.subject`."""
        return tuple(sorted({claim.subject for claim in self._claims.values()}))

    @property
    def reads(self) -> tuple[str, ...]:
        """What they are judged from, sorted: paths in the folder of results, without the ending."""
        return tuple(sorted({name for claim in self._claims.values() for name in claim.reads}))

    @property
    def level(self) -> float:
        """Confidence level of each interval.

        By Bonferroni's inequality, the probability that any interval of the ledger misses what it
        is to cover is at most ``error_rate``, however the claims depend on each other.
        """
        return 1 - self._config.error_rate / max(1, len(self._claims))

    def about(self, subject: str) -> ClaimsSettings:
        """Return the settings that the verdicts on claims about something depend on."""
        claims = {
            name: claim.model_copy(update={"because": ""})
            for name, claim in self._claims.items()
            if claim.subject == subject
        }
        return ClaimsSettings(claims=claims, level=self.level)

    def ledger(self) -> LedgerSettings:
        """Return the settings that the ledger depends on."""
        return LedgerSettings(order=tuple(self._claims))

    def report(self) -> ReportSettings:
        """Return the settings that the report depends on."""
        titles = (figure.title for figure in self._config.figures.values())
        return ReportSettings(
            reads=self.reads,
            explanations={name: claim.because for name, claim in self._claims.items()},
            titles=tuple(dict.fromkeys(filter(None, titles))),
            error_rate=self._config.error_rate,
            note=self._config.note,
            remarks=self._remarks,
        )


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
    claims: dict[str, Any] = {}
    remarks: list[str] = []
    for path in config.claims:
        ledger, found = validate(Ledger, read_yaml(path))
        if ledger is not None:
            for name, claim in ledger.claims.items():
                if name in claims:
                    found.append(Problem(("claims", name), "is in another file of claims already"))
                found += _problems_of(name, claim, config)
            claims |= ledger.claims
            remarks += filter(None, [ledger.note])
        if found:
            raise ConfigError(path, found)
    return Claims(claims, config, tuple(remarks))


def _problems_of(name: str, claim: Claim, config: Config) -> Iterator[Problem]:
    """Yield what is wrong between a claim and the configuration."""

    def problem(key: str, message: str) -> Problem:
        return Problem(("claims", name, key), message)

    if claim.figure is not None and claim.figure not in config.figures:
        known = choice(claim.figure, list(config.figures))
        yield problem("figure", f"got {claim.figure!r}; {known}")
    if not isinstance(claim, ExperimentClaim):
        return
    experiment = config.experiments.get(claim.experiment)
    if experiment is None:
        known = choice(claim.experiment, list(config.experiments))
        yield problem("experiment", f"got {claim.experiment!r}; {known}")
        return
    if claim.chain in claim.reads and "hessian_chain" not in experiment.measure:
        message = f"got {claim.experiment!r}, of which hessian_chain is not measured"
        yield problem("experiment", f"{message}: say `measure: {{hessian_chain: {{}}}}` there")
    recorded = experiment.network.records
    keys = {getattr(claim, key, None): key for key in ("observable", "on", "of")}
    for observable in getattr(claim, "observables", ()):
        if observable not in recorded:
            yield problem(
                keys[observable],
                f"got {observable!r}, which {experiment.network.kind} of experiment "
                f"{claim.experiment} does not record; {choice(observable, recorded)}",
            )
    if isinstance(claim, CellsClaim) and (found := list(_too_few_cells(name, claim, experiment))):
        yield from found  # no figure shows what is not there
    elif claim.figure in config.figures and not config.figures[claim.figure].shows(claim):
        suited = [other for other, figure in config.figures.items() if figure.shows(claim)]
        yield problem(
            "figure",
            f"got {claim.figure!r}, which does not show what the claim is about; must be "
            f"{', '.join([*suited, 'left out'])}".replace(", left out", " or left out"),
        )


def _too_few_cells(name: str, claim: CellsClaim, experiment: Experiment) -> Iterator[Problem]:
    """Yield a problem if there are not two cells to compare."""
    key = "learning_rate" if claim.batch_size is None else "batch_size"
    value = getattr(claim, key)
    held = [cell[0 if key == "learning_rate" else 1] for cell in experiment.cells()]
    if held.count(value) < 2:
        enough = [str(other) for other in sorted(set(held)) if held.count(other) >= 2]
        yield Problem(
            ("claims", name, key),
            f"got {value}; must be one of which experiment {claim.experiment} has two cells or "
            f"more: {', '.join(enough) or 'it has none'}",
        )
