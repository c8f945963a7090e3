"""What determines the ledger of all verdicts, and the report."""

from typing import Annotated, Literal

from pydantic import Field

from thermophoresis.config.fields import LONGEST_NAME, Chosen, Count, Name, Probability, Settings

ClaimId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=LONGEST_NAME)]


class LedgerSettings(Settings):
    """All that determines the ledger, besides the verdicts.

    Attributes
    ----------
    order
        Ids of the claims.
    papers
        Those of claims that are not about the first paper, by their ids.
    kinds
        Those of claims that are not empirical, by their ids.
    opens
        What the numbers of those claims are that open the report, by their ids.
    """

    order: tuple[ClaimId, ...]
    papers: dict[ClaimId, Name] = Field(default_factory=dict)
    kinds: dict[ClaimId, Literal["P", "T"]] = Field(default_factory=dict)
    opens: dict[ClaimId, str] = Field(default_factory=dict)

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that gather the verdicts."""
        return ("claims.judge",)


class Family(Settings):
    """Claims that share one part of the probability of error.

    Attributes
    ----------
    claims
        How many there are.
    error_rate
        Probability that some interval of theirs misses what it is to cover.
    """

    claims: Count
    error_rate: Probability


class Retired(Settings):
    """A claim that is not judged any more, with the reason."""

    paper: Name
    source: str
    statement: str
    reason: str


class RescaledCurves(Settings):
    """A row of a figure whose curves differ in η or |B|, so that time can be rescaled.

    Attributes
    ----------
    reads
        The file of curves: its path in the folder of results, without the ending.
    observable, at, confidence_level
        What is drawn.
    cells
        What the cells have in common, by axis.
    compared
        The axis along which they differ.
    rate_exponent, batch_exponent
        Claims whose estimates are the exponents fitted to such curves; None where there is none.
    """

    reads: str
    observable: Name
    at: dict[Name, int | str] = Field(default_factory=dict)
    confidence_level: Probability
    cells: Chosen = Field(default_factory=dict)
    compared: Name
    rate_exponent: ClaimId | None = None
    batch_exponent: ClaimId | None = None


class ReportSettings(Settings):
    """All that determines the report, besides ledger, figures and files of the experiments.

    Attributes
    ----------
    reads
        What claims are judged from and time is rescaled in: paths in the folder of results, without
        the ending.
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
    families
        Of the claims, by name, where there are several.
    retired
        Claims that are not judged, by their ids.
    subjects
        What the claims about each subject are judged from, of `reads`, by the name of their file.
    rescaled
        Rows of figures in which time is rescaled, by the name of the figure.
    """

    reads: tuple[str, ...]
    explanations: dict[ClaimId, str]
    titles: tuple[str, ...]
    error_rate: Probability
    note: str = ""
    remarks: tuple[str, ...] = ()
    families: dict[Name, Family] = Field(default_factory=dict)
    retired: dict[ClaimId, Retired] = Field(default_factory=dict)
    subjects: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rescaled: dict[Name, tuple[RescaledCurves, ...]] = Field(default_factory=dict)

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the report."""
        return ("report.build",)
