"""In which sense SGD's equation is to be read, and what temperature its theorems print."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from thermophoresis.config.fields import Seed
from thermophoresis.config.measurement import Measurement

Rate = Annotated[float, Field(ge=1e-3, le=0.2)]


class NoiseConvention(Measurement):
    """Discrete SGD in one dimension, of which η goes to 0 at a fixed η/|B|.

    Attributes
    ----------
    drive
        η/|B|.
    learning_rates
        η, decreasing, along which what is said of η → 0 is extrapolated.
    systems
        How many gradients and variances are drawn.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "exponent",
        "exponent_standard_error",
        "midpoint_exponent",
        "midpoint_exponent_standard_error",
        "temperature_ratio",
        "ratio_error",
        "constant_effect",
        "mended_error",
        "odds_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("law", "reading", "noise", "zero")
    memory_mb: ClassVar[int] = 1000

    kind: Literal["noise_convention"]
    drive: Annotated[float, Field(ge=0.05, le=0.5)] = 0.25
    learning_rates: Annotated[tuple[Rate, ...], Field(strict=False, min_length=3)] = (
        *(0.08, 0.04, 0.02),
        0.01,
    )
    systems: Annotated[int, Field(ge=2, le=1000)] = 64
    seed: Seed = 0

    @field_validator("learning_rates")
    @classmethod
    def _decreasing(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if any(later >= value for value, later in pairwise(values)):
            raise ValueError(f"got {list(values)}; must decrease")
        return values
