"""A double well in which a force circulates: stationary states, zeros, orbits and actions."""

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from thermophoresis.config.fields import Positive
from thermophoresis.config.measurement import Measurement

NotNegative = Annotated[float, Field(ge=0, le=10)]


class DoubleWell(Measurement):
    """The double well of Chaudhari & Soatto's Example 19 with a force of several strengths.

    Attributes
    ----------
    strengths
        λ, increasing, from 0 on.
    inverse_temperatures
        β, increasing.
    cells
        Of the solver, along each of the two dimensions.
    radius
        What is near the origin.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "near",
        "near_gain",
        "turns",
        "entropy_production",
        "density_distance",
        "grid_error",
        "force_divergence",
        "force_along_gradient",
        "flow_divergence",
        "curl",
        "origin_growth",
        "origin_growth_error",
        "zero_residual",
        "zero_distance",
        "limit_cycles_of_force",
        "limit_cycles_of_drift",
        "action_gap",
        "action_gap_small_noise",
        "merging_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("strength", "inverse_temperature")
    memory_mb: ClassVar[int] = 1500

    kind: Literal["double_well"]
    strengths: Annotated[tuple[NotNegative, ...], Field(strict=False, min_length=2)] = (
        *(0.0, 0.25, 0.5, 0.625),
        *(0.75, 1.0, 1.25, 1.5),
    )
    inverse_temperatures: Annotated[tuple[Positive, ...], Field(strict=False, min_length=1)] = (
        *(1.0, 4.0),
        16.0,
    )
    cells: Annotated[int, Field(ge=20, le=1000, multiple_of=2)] = 160
    radius: Annotated[float, Field(gt=0, le=1)] = 0.4

    @field_validator("strengths", "inverse_temperatures")
    @classmethod
    def _increasing(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if any(later <= value for value, later in pairwise(values)):
            raise ValueError(f"got {list(values)}; must increase")
        return values
