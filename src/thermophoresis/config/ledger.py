"""What determines the ledger of all verdicts, and the report."""

from typing import Annotated

from pydantic import Field

from thermophoresis.config.fields import Probability, Settings

ClaimId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class LedgerSettings(Settings):
    """All that determines the ledger and the report, besides verdicts and figures.

    Attributes
    ----------
    order
        Ids of the claims.
    titles
        Of figures, which say what stands in for what.
    error_rate
        Probability that some interval misses what it is to cover.
    note
        Of the configuration.
    remarks
        Notes of the files of claims.
    """

    order: tuple[ClaimId, ...]
    titles: tuple[str, ...]
    error_rate: Probability
    note: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that gather the verdicts."""
        return ("claims.judge",)


class ReportSettings(LedgerSettings):
    """All that determines the report, besides verdicts and figures."""

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the report."""
        return ("report.build",)
