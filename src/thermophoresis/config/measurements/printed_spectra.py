"""Whether printed means, deviations and ranks are those of one non-negative spectrum."""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from thermophoresis.config.fields import Count, Name, Settings
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import got


def _is_printed(value: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)?", value) or float(value) <= 0:
        raise ValueError(f'{got(value)}; must be a number > 0 as printed, in quotes: "0.30"')
    return value


# A text, for its last digit tells how it was rounded.
Printed = Annotated[str, AfterValidator(_is_printed)]


class PrintedRow(Settings):
    """What is printed of one spectrum.

    Attributes
    ----------
    mean, deviation
        Of the eigenvalues, in any unit that both have.
    rank
        In percent of d.
    weights
        d, where it is printed.
    """

    mean: Printed
    deviation: Printed
    rank: Printed
    weights: Count | None = None


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
    )
    axes: ClassVar[tuple[str, ...]] = ("row",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["printed_spectra"]
    rows: Annotated[dict[Name, PrintedRow], Field(min_length=1)] = Field(
        description="a mapping from names to mean, deviation and rank"
    )
