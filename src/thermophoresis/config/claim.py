"""A statement with what decides it: what claims of every statistic have."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, WrapValidator, model_validator

from thermophoresis.config import kinds
from thermophoresis.config.fields import Chosen, Count, Positive, Settings
from thermophoresis.config.observable import At, ObservableName
from thermophoresis.config.problems import got, refuse_within, validate

# Empirical: an interval decides. A printed formula or implication: a computation decides. True by
# construction or algebra: a test of the program, and no finding.
ClaimKind = Literal["E", "P", "T"]


class Criterion(Settings):
    """What a statistic must satisfy: a half-line or a range, bounds included in ``at_…`` alone.

    Or what its interval must contain (``holds``), and what it must not contain besides. Where a
    ``counterexample`` decides, what lies outside refutes, and nothing supports: it is about more
    than can be evaluated.
    """

    above: float | None = None
    below: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    holds: float | None = None
    excludes: Annotated[tuple[float, ...], Field(strict=False)] = ()
    counterexample: bool = False

    @model_validator(mode="after")
    def _is_one(self) -> "Criterion":
        bounds = (self.above, self.below, self.at_least, self.at_most)
        if self.holds is None:
            if self.excludes:
                raise ValueError("must have holds beside excludes: what the interval is to contain")
            return self._is_a_range()
        if bounds != (None,) * len(bounds):
            raise ValueError("got holds and a bound; must be one of them")
        if self.counterexample:
            raise ValueError("must have a bound beside counterexample: what none is to go beyond")
        if self.holds in self.excludes:
            raise ValueError(f"got {self.holds:g} in holds and in excludes; must be in one of them")
        return self

    def _is_a_range(self) -> "Criterion":
        lower, upper = (self.above, self.at_least), (self.below, self.at_most)
        if None not in lower or None not in upper:
            raise ValueError("got two bounds on one side; must be one on each at most")
        if self.low is None and self.high is None:
            raise ValueError("got nothing; must have one of above, below, at_least, at_most, holds")
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
        """Return the criterion in words: ``< 0.1``, ``1.8 … 2.2``, ``holds 1, excludes 0``."""
        words = self._bounds
        return f"{words} without exception" if self.counterexample else words

    @property
    def _bounds(self) -> str:
        if self.holds is not None:
            excluded = " and ".join(f"{value:g}" for value in self.excludes)
            words = f"holds {self.holds:g}" + (f", excludes {excluded}" if excluded else "")
            return words.replace("-", "−")
        if self.low is not None and self.high is not None:
            low, high = (f"{value:g}".replace("-", "−") for value in (self.low, self.high))
            return low if low == high else f"{low} … {high}"
        signs = {"above": ">", "below": "<", "at_least": "≥", "at_most": "≤"}
        return next(
            f"{sign} {value:g}".replace("-", "−")
            for name, sign in signs.items()
            if (value := getattr(self, name)) is not None
        )


def _is_a_word(value: str) -> str:
    if not re.fullmatch(r"\w+", value, re.ASCII):
        raise ValueError(f"{got(value)}; must consist of letters, digits and _")
    return value


Word = Annotated[str, AfterValidator(_is_a_word)]


class Statement(Settings):
    """What a paper says: all that is left of a claim that is retired.

    Besides where it is from, it has what no verdict depends on, but its level and who tells it.
    Files say for all of their claims which paper these are of, unless a claim says it.
    """

    source: Annotated[str, Field(min_length=1)] = Field(description="figure or section")
    statement: Annotated[str, Field(min_length=1)] = Field(description="a sentence")
    paper: Word | None = Field(default=None, exclude=True)
    kind: ClaimKind = Field(default="E", exclude=True)
    family: Word | None = Field(default=None, exclude=True)
    retired: str = Field(default="", exclude=True)


class Claim(Statement):
    """A statement of a paper, with what decides it; what claims of every statistic have.

    Attributes
    ----------
    by_chance
        Whether the number that decides it is estimated from networks drawn at random.
    about
        Which settings name the experiments, pairs and computations that it is about.
    read_from
        What it is judged from: paths in the folder of results, without the ending, with settings
        in braces.
    """

    by_chance: ClassVar[bool] = True
    about: ClassVar[tuple[str, ...]]
    read_from: ClassVar[tuple[str, ...]]

    criterion: Criterion = Field(description="a mapping with a bound, such as below: 0")
    because: str = Field(default="", exclude=True)  # no verdict depends on it; files must have it
    statistic: str
    figure: str | None = None
    caveat: str = ""

    @property
    def subject(self) -> str:
        """What it is about in one word, as the path of its verdict has it."""
        return "+".join(self.subjects)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Names of the experiments, pairs and computations that it is about."""
        return tuple(getattr(self, setting) for setting in self.about)

    @property
    def reads(self) -> tuple[str, ...]:
        """What it is judged from: paths in the folder of results, without the ending."""
        return tuple(path.format_map(dict(self)) for path in self.read_from)


class ExperimentClaim(Claim):
    """A claim about one experiment."""

    about: ClassVar[tuple[str, ...]] = ("experiment",)
    read_from: ClassVar[tuple[str, ...]] = ("curves/{experiment}",)

    experiment: str = Field(description="the name of an experiment")

    @property
    def curves(self) -> str:
        """What the runs of the experiment have recorded."""
        return f"curves/{self.experiment}"

    @property
    def chain(self) -> str:
        """What the chain from the Hessian to its bound is at the snapshots of the runs."""
        return f"measurements/hessian_chain/{self.experiment}"


class CellsClaim(ExperimentClaim):
    """A claim about cells that differ along one axis: learning rate, batch size or a further one.

    Attributes
    ----------
    cells
        What they have on further axes.
    compare
        Along which they differ; None for the one of learning rate and batch size that they do not
        share.
    """

    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)
    compare: str | None = None

    @property
    def compared(self) -> str:
        """The axis along which the cells differ."""
        return self.compare or ("learning_rate" if self.learning_rate is None else "batch_size")

    @model_validator(mode="after")
    def _one_is_fixed(self) -> "CellsClaim":
        if self.compare is None and (self.batch_size is None) == (self.learning_rate is None):
            raise ValueError("must have either batch_size or learning_rate: what the cells share")
        both = {"learning_rate": self.learning_rate, "batch_size": self.batch_size}
        if both.get(self.compared) is not None:
            raise ValueError(f"{self.compared} must be left out: the cells differ in it")
        for axis, label in self.cells.items():
            if axis != self.compare and isinstance(label, tuple):
                raise ValueError(f"got several of {axis}; must be one: the cells share it")
        return self


class ObservableClaim(CellsClaim):
    """A claim about one observable.

    Attributes
    ----------
    floor
        What it cannot fall below, where that is to be told with the verdict.
    """

    observable: ObservableName
    at: At = Field(default_factory=dict)
    floor: Positive | None = None

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)


class RescaledClaim(ObservableClaim):
    """About the cells as functions of t η^α / |B|^β, or t a^γ where they differ along an axis a."""

    rate_exponent: float = 0.0
    batch_exponent: float = 0.0
    axis_exponent: float = 0.0

    @model_validator(mode="after")
    def _rescaling_tells_cells_apart(self) -> "RescaledClaim":
        for shared, exponent in (
            ("learning_rate", "rate_exponent"),
            ("batch_size", "batch_exponent"),
        ):
            if getattr(self, shared) is not None and getattr(self, exponent):
                raise ValueError(f"{exponent} must be left out: all cells share their {shared}")
        if self.compared in ("learning_rate", "batch_size"):
            if self.axis_exponent:
                raise ValueError("axis_exponent must be left out: it is of a further axis")
        elif self.rate_exponent or self.batch_exponent:
            raise ValueError(
                "rate_exponent and batch_exponent must be left out: the cells differ along "
                f"{self.compared}"
            )
        return self


class ExponentClaim(ObservableClaim):
    """About the exponent for which the cells collapse, over the run or a part of it."""

    window: Literal["whole", "early", "middle", "late"] = "whole"


class PairedClaim(ExperimentClaim):
    """A claim about one experiment against another, their networks paired by seed and replica.

    It is about the cells that both have, with one batch size, one learning rate, or both.
    """

    about: ClassVar[tuple[str, ...]] = ("experiment", "against")
    read_from: ClassVar[tuple[str, ...]] = ("curves/{experiment}", "curves/{against}")

    against: str = Field(description="the name of another experiment")
    observable: ObservableName
    at: At = Field(default_factory=dict)
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @model_validator(mode="after")
    def _two_experiments(self) -> "PairedClaim":
        if self.against == self.experiment:
            raise ValueError(f"against must be another experiment than {self.experiment}")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)


class PairClaim(Claim):
    """A claim about a measurement of two runs."""

    about: ClassVar[tuple[str, ...]] = ("pair",)
    read_from: ClassVar[tuple[str, ...]] = ("measurements/{measurement}/{pair}",)

    pair: str = Field(description="the name of a pair")
    measurement: str = Field(description="the kind of measurement that the pair has")


class ComputationClaim(Claim):
    """A claim about a measurement of no run."""

    about: ClassVar[tuple[str, ...]] = ("computation",)
    read_from: ClassVar[tuple[str, ...]] = ("computations/{computation}",)

    by_chance: ClassVar[bool] = False

    computation: str = Field(description="the name of a computation")


def _read(value: Any, read_claim: Callable[[Any], Statement]) -> Statement:
    """Return what an entry of a file says: of one that is retired the statement alone."""
    if not isinstance(value, Mapping) or not value.get("retired"):
        return read_claim(value)
    known = {key: value[key] for key in Statement.model_fields if key in value}
    statement, problems = validate(Statement, known)
    if statement is None:
        raise refuse_within(*problems)
    return statement


if TYPE_CHECKING:
    AnyClaim = Claim
    Entry = Statement
else:
    AnyClaim = kinds.one_of("statistics", key="statistic")
    # As files have them.
    Entry = Annotated[
        kinds.one_of("statistics", key="statistic", required={"because": "why this criterion"}),
        WrapValidator(_read),
    ]
