"""The claims ledger: each testable statement of the paper, with the number that decides it.

Statements, statistics and criteria are in YAML (`config/claims.yaml`), apart from all results. The
Snakefile imports this: neither torch nor xarray here.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args

from pydantic import Field, TypeAdapter, create_model, model_validator

from thermophoresis.config.configuration import (
    BatchSizeSweepFigure,
    Config,
    ConfigError,
    Count,
    CurvatureFigure,
    Experiment,
    Figure,
    ObservableName,
    Positive,
    Probability,
    Problem,
    Settings,
    choice,
    read_yaml,
    validate,
)
from thermophoresis.config.vocabulary import OBSERVABLES, RECORDED


class Criterion(Settings):
    """What a statistic must satisfy: a half-line or a range, bounds included in ``at_…`` alone."""

    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _is_a_range(self) -> "Criterion":
        lower, upper = (self.above, self.at_least), (self.below, self.at_most)
        if None not in lower or None not in upper:
            raise ValueError("got two bounds on one side; must be one on each at most")
        if self.low is None and self.high is None:
            raise ValueError("got nothing; must have one of above, below, at_least, at_most")
        if self.low is not None and self.high is not None:
            both_included = self.above is None and self.below is None
            if self.low > self.high or (self.low == self.high and not both_included):
                raise ValueError(f"got {self.low} to {self.high}; must not be empty")
        return self

    @property
    def low(self) -> float | None:
        """Lower end, if there is one."""
        return self.above if self.at_least is None else self.at_least

    @property
    def high(self) -> float | None:
        """Upper end, if there is one."""
        return self.below if self.at_most is None else self.at_most

    def __str__(self) -> str:
        """Return the criterion in words: ``< 0.1``, ``1.8 … 2.2``."""
        if self.low is not None and self.high is not None:
            low, high = (f"{value:g}".replace("-", "−") for value in (self.low, self.high))
            return low if low == high else f"{low} … {high}"
        signs = {"above": ">", "below": "<", "at_least": "≥", "at_most": "≤"}
        return next(
            f"{sign} {value:g}".replace("-", "−")
            for name, sign in signs.items()
            if (value := getattr(self, name)) is not None
        )


class Claim(Settings):
    """A statement of the paper, with what decides it; what claims of every statistic have."""

    source: Annotated[str, Field(min_length=1)] = Field(description="figure or section")
    statement: Annotated[str, Field(min_length=1)] = Field(description="a sentence")
    experiment: str = Field(description="the name of an experiment")
    criterion: Criterion = Field(description="a mapping with a bound, such as below: 0")
    figure: str | None = None
    caveat: str = ""


class CellsClaim(Claim):
    """A claim about the cells with one batch size or with one learning rate."""

    batch_size: Count | None = None
    learning_rate: Positive | None = None

    @model_validator(mode="after")
    def _one_is_fixed(self) -> "CellsClaim":
        if (self.batch_size is None) == (self.learning_rate is None):
            raise ValueError("must have either batch_size or learning_rate: what the cells share")
        return self


class ObservableClaim(CellsClaim):
    """A claim about one observable."""

    observable: ObservableName = Field(description=f"one of {', '.join(OBSERVABLES)}")

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)


class ChangeClaim(ObservableClaim):
    """About the change of an observable from the start to the end of training."""

    statistic: Literal["change", "relative_change"]


class RescaledClaim(ObservableClaim):
    """About the cells as functions of t η^α / |B|^β: the gap between them, or how they collapse."""

    statistic: Literal["gap", "collapse_error"]
    rate_exponent: float = 0.0
    batch_exponent: float = 0.0

    @model_validator(mode="after")
    def _rescaling_tells_cells_apart(self) -> "RescaledClaim":
        for shared, exponent in (
            ("learning_rate", "rate_exponent"),
            ("batch_size", "batch_exponent"),
        ):
            if getattr(self, shared) is not None and getattr(self, exponent):
                raise ValueError(f"{exponent} must be left out: all cells share their {shared}")
        return self


class ExponentClaim(ObservableClaim):
    """About the exponent for which the cells collapse, over the run or a part of it."""

    statistic: Literal["learning_rate_exponent", "batch_size_exponent"]
    window: Literal["whole", "early", "middle", "late"] = "whole"

    @model_validator(mode="after")
    def _exponent_is_varied(self) -> "ExponentClaim":
        wanted = "batch_size" if self.statistic == "learning_rate_exponent" else "learning_rate"
        if getattr(self, wanted) is None:
            raise ValueError(f"{self.statistic} must have {wanted}: what the cells share")
        return self


class EqualErrorClaim(ObservableClaim):
    """About an observable of different learning rates at equal loss."""

    statistic: Literal["gap_at_equal_loss"]

    @model_validator(mode="after")
    def _rates_are_compared(self) -> "EqualErrorClaim":
        if self.batch_size is None:
            raise ValueError("gap_at_equal_loss must have batch_size: what the cells share")
        if self.observable == "loss":
            raise ValueError("observable must be another than loss, which is equal by construction")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, "loss")


class DriftClaim(ObservableClaim):
    """About the speed at which an observable moves."""

    statistic: Literal["early_to_late_drift", "drift_error_correlation"]

    @model_validator(mode="after")
    def _two_things_are_correlated(self) -> "DriftClaim":
        if (self.statistic, self.observable) == ("drift_error_correlation", "squared_error"):
            raise ValueError("observable must be another than squared_error, its own counterpart")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable, "squared_error")


class ViolationsClaim(Claim):
    """About how often an inequality of Appendix A.8 fails."""

    statistic: Literal["violated_fraction"]
    inequality: Literal["product", "bound", "kernel_printed", "bound_printed"] = Field(
        description="one of product, bound, kernel_printed, bound_printed"
    )

    @model_validator(mode="after")
    def _criterion_is_of_a_fraction(self) -> "ViolationsClaim":
        if not all(
            0 <= it <= 1 for it in (self.criterion.low, self.criterion.high) if it is not None
        ):
            raise ValueError(f"got criterion {self.criterion}; a fraction is between 0 and 1")
        return self


class HessianClaim(Claim):
    """About Tr H over its Gauss–Newton part, at all snapshots of all cells."""

    statistic: Literal["hessian_ggn_ratio"]


CurvatureQuantity = Literal[
    "activation_rate",
    "second_layer_norm",
    "weight_norm",
    "trace_bound",
    "trace_product",
    "ggn_trace",
]


class RankClaim(CellsClaim):
    """About the rank correlation of two quantities over the snapshots of a network."""

    statistic: Literal["rank_correlation"]
    of: CurvatureQuantity = Field(description="what is expected to follow")
    on: CurvatureQuantity = Field(description="what it is expected to follow from")

    @model_validator(mode="after")
    def _two_quantities(self) -> "RankClaim":
        if self.of == self.on:
            raise ValueError(f"got {self.of} as both of and on; must be two quantities")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return tuple(name for name in (self.of, self.on) if name in OBSERVABLES)


AnyClaim = Annotated[
    ChangeClaim
    | RescaledClaim
    | ExponentClaim
    | EqualErrorClaim
    | DriftClaim
    | ViolationsClaim
    | HessianClaim
    | RankClaim,
    Field(discriminator="statistic"),
]

ClaimId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


def _explained(kind: type[Claim]) -> type[Claim]:
    """Return a kind of claim as files have it: with the reason of its criterion.

    The report alone tells the reason, so no verdict may depend on it.
    """
    because = Annotated[str, Field(min_length=1)], Field(description="why this criterion")
    return create_model(f"Explained{kind.__name__}", __base__=kind, because=because)


ExplainedClaim = Annotated[
    Union[tuple(map(_explained, get_args(get_args(AnyClaim)[0])))],  # noqa: UP007
    Field(discriminator="statistic"),
]


class Ledger(Settings):
    """A file of claims, and what its readers should know of how it came about."""

    note: str = ""
    claims: Annotated[dict[ClaimId, ExplainedClaim], Field(min_length=1)] = Field(
        description="a mapping from names to claims"
    )


class ClaimsSettings(Settings):
    """All that determines the verdicts on one experiment, besides its curves and curvature."""

    experiment: str
    claims: dict[ClaimId, AnyClaim]
    level: Probability

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that reach the verdicts."""
        return ("claims.judge",)


class LedgerSettings(Settings):
    """All that determines the ledger, besides the verdicts.

    Attributes
    ----------
    order
        Ids of the claims.
    """

    order: tuple[ClaimId, ...]

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that gather the verdicts."""
        return ("claims.judge",)


class ReportSettings(Settings):
    """All that determines the report, besides ledger, figures and files of the experiments.

    Attributes
    ----------
    explanations
        Why each claim has its criterion, by its id.
    titles
        Of figures, which say what stands in for what.
    error_rate
        Probability that some interval misses what it is to cover.
    note
        Of the configuration.
    remarks
        Notes of the files of claims.
    """

    explanations: dict[ClaimId, str]
    titles: tuple[str, ...]
    error_rate: Probability
    note: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the report."""
        return ("report.build",)


_JUDGED: TypeAdapter[Claim] = TypeAdapter(AnyClaim)


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

    def __init__(
        self, claims: dict[str, ExplainedClaim], config: Config, remarks: tuple[str, ...] = ()
    ):
        self._claims, self._config, self._remarks = claims, config, remarks

    @property
    def experiments(self) -> tuple[str, ...]:
        """Names of the experiments that there are claims about, sorted."""
        return tuple(sorted({claim.experiment for claim in self._claims.values()}))

    @property
    def level(self) -> float:
        """Confidence level of each interval.

        By Bonferroni's inequality, the probability that any interval of the ledger misses what it
        is to cover is at most ``error_rate``, however the claims depend on each other.
        """
        return 1 - self._config.error_rate / max(1, len(self._claims))

    def of_experiment(self, experiment: str) -> ClaimsSettings:
        """Return the settings that the verdicts on one experiment depend on."""
        claims = {
            name: _JUDGED.validate_python(claim.model_dump(exclude={"because"}))
            for name, claim in self._claims.items()
            if claim.experiment == experiment
        }
        return ClaimsSettings(experiment=experiment, claims=claims, level=self.level)

    def ledger(self) -> LedgerSettings:
        """Return the settings that the ledger depends on."""
        return LedgerSettings(order=tuple(self._claims))

    def report(self) -> ReportSettings:
        """Return the settings that the report depends on."""
        titles = (figure.title for figure in self._config.figures.values())
        return ReportSettings(
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
    remarks = []
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
    experiment = config.experiments.get(claim.experiment)
    if experiment is None:
        known = choice(claim.experiment, list(config.experiments))
        yield problem("experiment", f"got {claim.experiment!r}; {known}")
        return
    recorded = RECORDED[experiment.network.kind]
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
    elif claim.figure in config.figures and not shows(config.figures[claim.figure], claim):
        suited = [other for other, figure in config.figures.items() if shows(figure, claim)]
        yield problem(
            "figure",
            f"got {claim.figure!r}, which does not show what the claim is about; must be "
            f"{', '.join([*suited, 'left out'])}".replace(", left out", " or left out"),
        )


def shows(figure: Figure, claim: Claim) -> bool:
    """Return whether a figure shows what a claim is about: its experiment, observable and cells."""
    if claim.experiment not in (figure.experiment, getattr(figure, "beside", None)):
        return False
    observable = getattr(claim, "observable", None)
    if isinstance(figure, CurvatureFigure):
        of_learning_rates = getattr(claim, "learning_rate", None) is None
        same_cells = getattr(claim, "batch_size", None) in (None, figure.batch_size)
        drawn = (None, "activation_rate", "second_layer_norm")
        return of_learning_rates and same_cells and observable in drawn
    shared = "learning_rate" if isinstance(figure, BatchSizeSweepFigure) else "batch_size"
    return observable == figure.observable and getattr(claim, shared) == getattr(figure, shared)


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
