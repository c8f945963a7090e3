"""How long discrete SGD takes from one well to the other."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from thermophoresis.config.fields import Seed
from thermophoresis.config.measurement import Measurement

Ratio = Annotated[float, Field(ge=1, le=10)]
Step = Annotated[float, Field(gt=0.005, le=0.5)]


class EscapeTimes(Measurement):
    """Mean first passage times of discrete SGD in wells that are drawn, and counted in one.

    Attributes
    ----------
    ratios
        ΔL/T, increasing.
    steps
        ηH at the minimum that is left, decreasing: times are extrapolated to 0.
    wells
        How many are drawn.
    exits
        About how many are counted at each ΔL/T.
    replicas
        Into how many independent parts what is counted is split.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "slope",
        "slope_standard_error",
        "limit_slope",
        "limit_slope_standard_error",
        "counted_over_exact",
        "counted_over_exact_standard_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("ratio",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["escape_times"]
    ratios: Annotated[tuple[Ratio, ...], Field(strict=False, min_length=5)] = (
        *(3.0, 4.0, 5.0),
        *(6.0, 7.0),
    )
    steps: Annotated[tuple[Step, ...], Field(strict=False, min_length=2)] = (0.2, 0.1, 0.05)
    wells: Annotated[int, Field(ge=2, le=1000)] = 64
    exits: Annotated[int, Field(ge=10, le=10**6)] = 2400
    replicas: Annotated[int, Field(ge=2, le=1000)] = 64
    seed: Seed = 0

    @field_validator("ratios")
    @classmethod
    def _increasing(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if any(later <= value for value, later in pairwise(values)):
            raise ValueError(f"got {list(values)}; must increase")
        return values

    @field_validator("steps")
    @classmethod
    def _decreasing(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if any(later >= value for value, later in pairwise(values)):
            raise ValueError(f"got {list(values)}; must decrease")
        return values
