"""What determines the ledger of all verdicts, and the report."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.fields import Probability, Settings

ClaimId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


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
    reads
        What the claims are judged from: paths in the folder of results, without the ending.
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

    reads: tuple[str, ...]
    explanations: dict[ClaimId, str]
    titles: tuple[str, ...]
    error_rate: Probability
    note: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the report."""
        return ("report.build",)
