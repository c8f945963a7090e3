"""Whether printed means, deviations and ranks are those of one non-negative spectrum."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Name
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.printed_row import PrintedRow


class PrintedSpectra(Measurement):
    """Whether printed means, deviations and ranks are those of one non-negative spectrum.

    Attributes
    ----------
    rows
        What is printed, by name.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "over_all",
        "over_all_rounded",
        "over_non_zero",
        "over_all_single",
        "over_all_double",
        "trace_above",
    )
    axes: ClassVar[tuple[str, ...]] = ("row",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["printed_spectra"]
    rows: Annotated[dict[Name, PrintedRow], Field(min_length=1)] = Field(
        description="a mapping from names to mean, deviation and rank"
    )
