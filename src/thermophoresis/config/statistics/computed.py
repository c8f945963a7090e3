"""About every entry of what was computed."""

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from thermophoresis.config.claim import ComputationClaim
from thermophoresis.config.problems import got


def _is_a_coordinate(value: Any) -> Any:
    """Refuse what is neither, in one line: of a union each part would be told by itself."""
    is_finite = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if isinstance(value, bool) or not (is_finite or isinstance(value, str)):
        raise ValueError(f"{got(value)}; must be a finite number or a text")
    return value


Coordinate = Annotated[float | str, BeforeValidator(_is_a_coordinate)]


class ComputedClaim(ComputationClaim):
    """About every entry of what was computed, or those at some coordinates."""

    statistic: Literal["computed"]
    variable: str = Field(description="the name of a variable that the computation has")
    at: dict[str, Coordinate] = Field(default_factory=dict)
