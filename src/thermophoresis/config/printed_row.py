"""Mean, deviation and rank of a spectrum as a paper prints them."""

import re
from typing import Annotated

from pydantic import AfterValidator

from thermophoresis.config.fields import Count, Settings
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
